//! A neural network, run by rten.

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use std::sync::Arc;

/// A network of one input and one output.
pub(super) struct Network {
    model: Model,
    input: NodeId,
    output: NodeId,
    threads: Arc<ThreadPool>,
}

/// What a network answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// Values, the last dimension running fastest.
    pub(super) values: Vec<f32>,
    /// Sizes of the dimensions.
    pub(super) shape: Vec<usize>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").field("parameters", &self.model.total_params()).finish_non_exhaustive()
    }
}

impl Network {
    /// Reads a network from the bytes of an ONNX file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(super) fn load(bytes: Vec<u8>, threads: Arc<ThreadPool>) -> Result<Network, String> {
        let model = ModelOptions::with_all_ops().prepack_weights(true).load(bytes).map_err(|e| e.to_string())?;
        let (Some(&input), Some(&output)) = (model.input_ids().first(), model.output_ids().first()) else {
            return Err("the network has no input or no output".to_owned());
        };
        Ok(Network { model, input, output, threads })
    }

    /// A text that the network's file carries under this name.
    pub(super) fn note(&self, name: &str) -> Option<&str> {
        self.model.metadata().get(name)
    }

    /// The answer to one input of this shape.
    ///
    /// # Errors
    /// The input does not fit the network.
    pub(super) fn run(&self, input: Vec<f32>, shape: [usize; 4]) -> Result<Answer, String> {
        if input.len() != shape.iter().product::<usize>() {
            return Err(format!("{} values do not fill {shape:?}", input.len()));
        }
        let tensor = NdTensor::from_data(shape, input);
        let mut options = RunOptions::default();
        options.thread_pool = Some(self.threads.clone());
        let given = vec![(self.input, ValueOrView::from(tensor.view()))];
        let answer = self.model.run(given, &[self.output], Some(options)).map_err(|e| e.to_string())?;
        let value = answer.into_iter().next().ok_or("the network gave no answer")?;
        let tensor: rten_tensor::Tensor<f32> = value.try_into().map_err(|_| "the answer is not of numbers")?;
        let shape = tensor.shape().to_vec();
        Ok(Answer { values: tensor.into_data(), shape })
    }
}
