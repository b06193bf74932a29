//! `zhibiao doctor`: what is there, and what to do about what is not.

use super::{ALL_WELL, SOME_FAILED, UsageError, reading, recognition};
use anyhow::Result;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use zhibiao::batch;
use zhibiao::model::SCHEMA;
use zhibiao::ocr::models::{self, FILES, Search};

/// Show what the program has to work with: versions, recognition models, threads, memory, caches.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zhibiao doctor\n  zhibiao doctor --format json\n\n\
    Exit codes: 0 all is well, though scans may not be readable for want of models; 1 a model is not the file it should \
    be, or the patterns are faulty.")]
pub(super) struct Args {
    /// Folder of the recognition models [default: where they are looked for].
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Your own pattern files, to be checked with the built-in ones.
    #[arg(long, value_name = "DIR")]
    patterns: Option<PathBuf>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    if let Some(dir) = args.models.as_ref().filter(|dir| !dir.is_dir()) {
        return Err(UsageError(format!("{}: no folder", dir.display())).into());
    }
    let patterns = reading::load_options(args.patterns.as_deref()).err().map(|error| format!("{error:#}"));
    let (models, sound) = models_found(args.models.as_deref());
    let cache = recognition::default_cache();
    let found = json!({
        "program": env!("CARGO_PKG_VERSION"),
        "schema": SCHEMA,
        "stages": batch::STAGES,
        "features": features(),
        "patterns": patterns.as_deref().unwrap_or("sound"),
        "models": models,
        "ocr_cache": cache.as_ref().map(|dir| json!({
            "folder": dir.display().to_string(),
            "pages": pages_kept(dir),
        })),
        "threads": std::thread::available_parallelism().map_or(1, usize::from),
        "memory_bytes": memory("MemTotal"),
        "memory_free_bytes": memory("MemAvailable"),
    });
    match args.format {
        Format::Json => println!("{}", serde_json::to_string_pretty(&found)?),
        Format::Text => print(&found),
    }
    Ok(if sound && patterns.is_none() { ALL_WELL } else { SOME_FAILED })
}

/// What of the models is there; false where a file is not the right one.
fn models_found(given: Option<&Path>) -> (Value, bool) {
    let Search { looked, found } = models::search(given);
    let looked: Vec<String> = looked.iter().map(|dir| dir.display().to_string()).collect();
    let Some(dir) = found else {
        let what = "make models fetches them; scans cannot be read without";
        return (json!({ "folder": null, "looked_in": looked, "what_to_do": what }), true);
    };
    let files: Vec<Value> = FILES
        .iter()
        .map(|file| {
            let state = models::read(&dir, file).map_or_else(|error| error, |_| "sound".to_owned());
            json!({ "name": file.name, "state": state })
        })
        .collect();
    let sound = files.iter().all(|file| file["state"] == "sound");
    (json!({ "folder": dir.display().to_string(), "files": files }), sound)
}

fn features() -> Vec<&'static str> {
    let all = [
        ("mimalloc", cfg!(feature = "mimalloc")),
        ("parquet", cfg!(feature = "parquet")),
        ("xlsx", cfg!(feature = "xlsx")),
        ("embed-models", cfg!(feature = "embed-models")),
    ];
    all.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect()
}

/// Results of recognition that are kept; they lie two folders deep.
fn pages_kept(dir: &Path) -> usize {
    let entries = |dir: &Path| std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    entries(dir).map(|folder| entries(&folder).count()).sum()
}

/// A line of what the system tells of its memory.
fn memory(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn print(found: &Value) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let gigabytes = |value: &Value| value.as_u64().map_or("unknown".into(), |n| format!("{:.1} GB", n as f64 / 1e9));
    println!("zhibiao {}, record schema {}", text(&found["program"]), found["schema"]);
    let features: Vec<String> = found["features"].as_array().into_iter().flatten().map(text).collect();
    println!("features   {}", features.join(", "));
    println!("patterns   {}", text(&found["patterns"]));
    let models = &found["models"];
    match models["files"].as_array() {
        Some(files) => {
            println!("models     {}", text(&models["folder"]));
            files.iter().for_each(|file| println!("           {}: {}", text(&file["name"]), text(&file["state"])));
        }
        None => {
            println!("models     not there: {}", text(&models["what_to_do"]));
            let looked = models["looked_in"].as_array().into_iter().flatten();
            looked.for_each(|dir| println!("           looked in {}", text(dir)));
        }
    }
    let cache = &found["ocr_cache"];
    if !cache.is_null() {
        println!("ocr cache  {} ({} pages)", text(&cache["folder"]), cache["pages"]);
    }
    println!("threads    {}", found["threads"]);
    println!("memory     {}, {} free", gigabytes(&found["memory_bytes"]), gigabytes(&found["memory_free_bytes"]));
}
