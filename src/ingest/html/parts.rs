//! A text given to html5ever's tokenizer part by part: what comes out can be taken away between them.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, TokenSink, Tokenizer, TokenizerOpts};

/// Bytes given at once.
const PART: usize = 64 << 10;

/// A tokenizer, and what it has not been given.
pub(in crate::ingest) struct Parts<'t, S: TokenSink> {
    tokenizer: Tokenizer<S>,
    queue: BufferQueue,
    /// None once the text has ended.
    rest: Option<&'t str>,
}

impl<'t, S: TokenSink> Parts<'t, S> {
    pub(in crate::ingest) fn new(text: &'t str, sink: S) -> Self {
        let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
        Parts { tokenizer, queue: BufferQueue::default(), rest: Some(text) }
    }

    /// What takes the tokens.
    pub(in crate::ingest) fn sink(&self) -> &S {
        &self.tokenizer.sink
    }

    /// Gives the next part: has the text ended with it? None where it had ended before.
    pub(in crate::ingest) fn give(&mut self) -> Option<bool> {
        let rest = self.rest?;
        let mut end = rest.len().min(PART);
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        if end > 0 {
            self.queue.push_back(StrTendril::from(&rest[..end]));
            // The only other result asks to run a script, which no sink here requests.
            let _ = self.tokenizer.feed(&self.queue);
        }
        self.rest = Some(&rest[end..]).filter(|rest| !rest.is_empty());
        if self.rest.is_none() {
            self.tokenizer.end();
        }
        Some(self.rest.is_none())
    }
}
