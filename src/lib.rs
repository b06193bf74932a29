//! zhibiao (指标) turns Chinese performance self-evaluation reports (绩效自评报告, 绩效自评表) into exact records.
//!
//! Data flows one way: [`ingest`] (bytes → [`model::Document`]) → [`normalize`] (matching keys beside raw text) →
//! [`reconstruct`] (text and evidence → [`model::Grid`]s) → [`mapping`] (grids → forms, funds, indicators) →
//! [`validate`] (findings, confidence) → [`emit`] (JSON lines). `pipeline` is the only module that names them all.

pub mod batch;
pub mod calibrate;
pub mod emit;
pub mod ingest;
pub mod mapping;
pub mod model;
pub mod normalize;
pub mod ocr;
pub mod patterns;
pub mod pipeline;
pub mod reconstruct;
pub mod score;
pub mod validate;

pub use pipeline::{Extraction, Options, Source, extract};
