//! One thread of those that write the files: it makes the lines of a chunk of documents, takes a place for them, and writes.

use super::lines::{Naming, escaped, with_findings, write_trouble};
use super::{CHUNK_BYTES, Chunk, FILES, SYNC_BYTES, Writer, lock};
use crate::batch::manifest::Row;
use crate::batch::parts::{PartReader, READ_AT_ONCE};
use crate::emit::json_lines::KINDS;
use crate::model::{Finding, Kind, Status};
use std::fs::File;
use std::io;
use std::sync::mpsc;

/// Is this a part that is not as it was written, and not a disk that fails?
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::NotFound)
}

/// What one thread needs to write chunks.
pub(super) struct Worker<'a> {
    writer: &'a Writer,
    reader: PartReader,
    naming: Naming,
    buffers: [Vec<u8>; FILES],
    lines: [u64; FILES],
    /// Whoever hears of it has the disk take what is written.
    ask: mpsc::Sender<()>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(writer: &'a Writer, ask: mpsc::Sender<()>) -> Self {
        Worker {
            writer,
            reader: PartReader::new(&writer.parts),
            naming: Naming::new(),
            buffers: Default::default(),
            lines: [0; FILES],
            ask,
        }
    }

    pub(super) fn write(&mut self, number: u64, chunk: &Chunk) -> io::Result<()> {
        // Chunks end before a part that makes them too long, so that this is the only one.
        if let [(row, across)] = chunk.as_slice()
            && row.part.bytes() > READ_AT_ONCE
        {
            return self.write_long(number, row, across);
        }
        for (row, across) in chunk {
            match self.add(row, across) {
                Err(error) if is_damage(&error) => drop(lock(&self.writer.damaged).insert(row.content)),
                done => done?,
            }
        }
        let (at, due) = {
            let mut turn = self.writer.wait(number)?;
            let at = turn.written;
            let before = turn.bytes();
            for ((extent, buffer), lines) in turn.written.iter_mut().zip(&self.buffers).zip(self.lines) {
                extent.bytes += buffer.len() as u64;
                extent.lines += lines;
            }
            turn.chunk += 1;
            (at, turn.bytes() / SYNC_BYTES > before / SYNC_BYTES)
        };
        self.writer.moved.notify_all();
        // Each begins with another file: of writers to one file a system lets only one go on.
        for i in 0..FILES {
            let file = (i + number as usize) % FILES;
            write_at(&self.writer.files[file].file, &self.buffers[file], at[file].bytes)?;
        }
        if due {
            // One that failed ends the run when all is written.
            let _ = self.ask.send(());
        }
        self.clear();
        Ok(())
    }

    fn clear(&mut self) {
        self.buffers.iter_mut().for_each(Vec::clear);
        self.lines = [0; FILES];
    }

    /// The lines of a document, into the buffers.
    fn add(&mut self, row: &Row, across: &[(u32, Finding)]) -> io::Result<()> {
        let name = escaped(&row.source)?;
        let before = self.buffers.each_ref().map(Vec::len);
        let counted = self.lines;
        let done = self.add_lines(row, &name, across);
        if done.is_err() {
            // Nothing half right.
            self.buffers.iter_mut().zip(before).for_each(|(buffer, length)| buffer.truncate(length));
            self.lines = counted;
        }
        done
    }

    fn add_lines(&mut self, row: &Row, name: &str, across: &[(u32, Finding)]) -> io::Result<()> {
        let kinds = self.reader.read(&row.part)?;
        for (kind, lines) in KINDS.into_iter().zip(kinds) {
            for line in lines.split_inclusive(|byte| *byte == b'\n') {
                let more = if kind == Kind::Form { with_findings(line, across)? } else { None };
                let file = self.writer.file_of(kind, line);
                self.naming.set(more.as_deref().unwrap_or(line), name, &mut self.buffers[file])?;
                self.lines[file] += 1;
            }
        }
        if row.outcome.fared.status != Status::Ok {
            let document = kinds[Kind::Document as usize];
            write_trouble(row, document, &mut self.buffers[KINDS.len()])?;
            self.lines[KINDS.len()] += 1;
        }
        Ok(())
    }

    /// A document whose lines are too many to be held: it keeps its turn until they are all written.
    fn write_long(&mut self, number: u64, row: &Row, across: &[(u32, Finding)]) -> io::Result<()> {
        let name = escaped(&row.source)?;
        let mut turn = self.writer.wait(number)?;
        let mut written = turn.written;
        let mut document = Vec::new();
        let (naming, buffers, writer) = (&self.naming, &mut self.buffers, self.writer);
        let done = self.reader.lines(&row.part, &mut |kind, line| {
            if kind == Kind::Document {
                document.extend_from_slice(line);
            }
            let file = writer.file_of(kind, line);
            let more = if kind == Kind::Form { with_findings(line, across)? } else { None };
            naming.set(more.as_deref().unwrap_or(line), &name, &mut buffers[file])?;
            written[file].lines += 1;
            if buffers[file].len() as u64 >= CHUNK_BYTES {
                write_at(&writer.files[file].file, &buffers[file], written[file].bytes)?;
                written[file].bytes += buffers[file].len() as u64;
                buffers[file].clear();
            }
            Ok(())
        });
        match done {
            // What is behind the end of the files so far is overwritten by the next.
            Err(error) if is_damage(&error) => drop(lock(&self.writer.damaged).insert(row.content)),
            Err(error) => {
                turn.broken = true;
                drop(turn);
                self.writer.moved.notify_all();
                return Err(error);
            }
            Ok(()) => {
                if row.outcome.fared.status != Status::Ok {
                    write_trouble(row, &document, &mut self.buffers[KINDS.len()])?;
                    written[KINDS.len()].lines += 1;
                }
                for ((place, buffer), extent) in writer.files.iter().zip(&self.buffers).zip(&mut written) {
                    write_at(&place.file, buffer, extent.bytes)?;
                    extent.bytes += buffer.len() as u64;
                }
                turn.written = written;
            }
        }
        turn.chunk += 1;
        drop(turn);
        self.writer.moved.notify_all();
        self.clear();
        Ok(())
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[written..];
        at += written as u64;
    }
    Ok(())
}
