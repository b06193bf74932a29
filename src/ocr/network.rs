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
        let load = || ModelOptions::with_all_ops().prepack_weights(true).load(bytes);
        let model = waiting_for_nothing_else(load)?.map_err(|e| e.to_string())?;
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
        let run = || self.model.run(given, &[self.output], Some(options));
        let answer = waiting_for_nothing_else(run)?.map_err(|e| e.to_string())?;
        let value = answer.into_iter().next().ok_or("the network gave no answer")?;
        let tensor: rten_tensor::Tensor<f32> = value.try_into().map_err(|_| "the answer is not of numbers")?;
        let shape = tensor.shape().to_vec();
        Ok(Answer { values: tensor.into_data(), shape })
    }
}

/// Works on a thread of its own and waits for it.
///
/// rten works on pools of rayon. A thread of another such pool, as those that read documents are, would not wait for it but
/// begin the next document meanwhile, inside this one: documents would pile up on one stack, and one that needs the networks
/// while they are being loaded below it would wait for itself.
fn waiting_for_nothing_else<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().spawn_scoped(scope, work).map_err(|e| e.to_string())?;
        thread.join().map_err(|_| "recognition failed inside a network".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_thread_that_reads_documents_begins_no_other_while_it_waits() {
        let other = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let readers = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let (open, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        readers.install(|| {
            (0..8).into_par_iter().with_max_len(1).for_each(|_| {
                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let pause = || other.install(|| std::thread::sleep(std::time::Duration::from_millis(2)));
                waiting_for_nothing_else(pause).unwrap();
                open.fetch_sub(1, Ordering::SeqCst);
            });
        });
        assert_eq!(most.into_inner(), 1);
    }

    #[test]
    fn a_failure_inside_is_an_error() {
        assert!(waiting_for_nothing_else(|| -> u8 { panic!("inside") }).is_err());
    }
}
