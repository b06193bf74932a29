//! What is to be done with each input: nothing, because it is known and unchanged; take over what its content gave before;
//! or read it.

use super::Request;
use super::interrupt::Interrupt;
use super::queue::Task;
use super::wire::Members;
use crate::cli::inputs::{self, Input};
use anyhow::{Context, Result};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use zhibiao::batch::{self, Counted, Found, Hash, Lines, Outcome, SourceFile, Stamp, Store, StoreError};
use zhibiao::emit::json_lines;
use zhibiao::model::{DocumentRecord, Kind};

/// Records of an archive that ended beyond its members stand here; they are no members to skip.
const BEYOND_MEMBERS: u32 = u32::MAX - 0xffff;

/// An input that is to be read.
#[derive(Debug)]
pub(super) struct Entry {
    /// Absolute: what the manifest knows it by.
    pub(super) path: PathBuf,
    /// How records name it.
    pub(super) name: String,
    pub(super) stamp: Stamp,
    /// An archive that an earlier run began: its content.
    pub(super) begun: Option<(i64, Hash)>,
}

impl Entry {
    /// The input as the store is told of it.
    pub(super) fn source(&self) -> SourceFile<'_> {
        SourceFile { path: &self.path, name: &self.name, stamp: &self.stamp }
    }
}

/// Inputs by what was done with them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub(super) inputs: u64,
    /// Known and unchanged.
    pub(super) unchanged: u64,
    /// Never seen, with a content never seen.
    pub(super) new: u64,
    /// Known, with another content.
    pub(super) changed: u64,
    /// Known by their content under another path: moved or copied.
    pub(super) recognised: u64,
    /// Known, read again: by another program, with other patterns or settings, or because that was asked for.
    pub(super) again: u64,
    /// Never read, and older than `--since`, or so new that it may still be being written.
    pub(super) left_out: u64,
    /// Not there any more.
    pub(super) deleted: u64,
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) entries: Vec<Entry>,
    pub(super) tasks: VecDeque<Task>,
    /// Numbers of the inputs that this run's output is made of.
    pub(super) seen: HashSet<i64>,
    pub(super) counts: Counts,
    /// Inputs that could not be finished.
    pub(super) unfinished: u64,
    /// Folders that gave nothing, now: what was known under them stays.
    lost: Vec<PathBuf>,
}

/// A file that may be known by its content.
struct Candidate {
    entry: Entry,
    known: Option<i64>,
}

/// An input that was looked at.
enum Looked {
    Input(Input),
    Entry(Entry),
    Failed { path: PathBuf, record: Box<DocumentRecord> },
}

pub(super) fn make(request: &Request, inputs: Vec<Input>, store: &mut Store, interrupt: &Interrupt) -> Result<Plan> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(request.jobs).build();
    let threads = threads.context("the threads that look at files cannot be started")?;
    let looked: Vec<Looked> = threads.install(|| inputs.into_par_iter().map(look).collect());
    let mut plan = Plan::default();
    let sizes = store.sizes()?;
    let is_new = store.is_new()?;
    let mut candidates = Vec::new();
    for input in looked {
        if interrupt.code().is_some() {
            return Ok(plan);
        }
        plan.counts.inputs += 1;
        let entry = match input {
            Looked::Entry(entry) => entry,
            Looked::Failed { path, record } | Looked::Input(Input::Unread { path, record }) => {
                plan.add_unread(&path, *record, store)?;
                continue;
            }
            Looked::Input(Input::Stdin) => {
                let entry = hold_stdin(store)?;
                candidates.push(Candidate { entry, known: None });
                continue;
            }
            Looked::Input(Input::Held(_) | Input::File { .. }) => continue,
        };
        let path = &entry.path;
        let known = if is_new { None } else { store.input(path)? };
        if let Some(known) = &known {
            let wanted = request.force || !known.usable || (request.retry_failed && known.failed);
            let same = entry.stamp.proves(&known.stamp);
            if same && !wanted || is_old(request, path) || is_unsettled(request, path) {
                if known.source != entry.name {
                    store.link(&SourceFile { stamp: &known.stamp, ..entry.source() }, known.content)?;
                }
                plan.seen.insert(known.id);
                plan.counts.unchanged += 1;
                continue;
            }
            if same {
                plan.counts.again += 1;
                plan.read(entry, Members::default());
                continue;
            }
        } else if is_old(request, path) || is_unsettled(request, path) {
            plan.counts.left_out += 1;
            continue;
        }
        let known = known.map(|known| known.content);
        if sizes.contains(&entry.stamp.bytes) {
            candidates.push(Candidate { entry, known });
        } else {
            *(if known.is_some() { &mut plan.counts.changed } else { &mut plan.counts.new }) += 1;
            plan.read(entry, Members::default());
        }
    }
    threads.install(|| plan.recognise(candidates, request, store, interrupt))?;
    // As they would be read had none been looked into.
    plan.tasks.make_contiguous().sort_by(|a, b| a.path.cmp(&b.path));
    Ok(plan)
}

fn look(input: Input) -> Looked {
    let Input::File { path, name } = input else { return Looked::Input(input) };
    let stamp = fs::metadata(&path).map(|metadata| Stamp::of(&metadata));
    match stamp.and_then(|stamp| Ok((stamp, std::path::absolute(&path)?))) {
        Ok((stamp, path)) => Looked::Entry(Entry { path, name, stamp, begun: None }),
        Err(error) => Looked::Failed { record: inputs::unread(&name, &path, &error), path },
    }
}

fn is_old(request: &Request, path: &Path) -> bool {
    request.since.is_some_and(|since| {
        let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
        modified.is_ok_and(|modified| modified < since)
    })
}

/// May the file still be being written? A clock that differs from the file system's makes no file wait for ever.
fn is_unsettled(request: &Request, path: &Path) -> bool {
    request.settle.is_some_and(|settle| {
        let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
        modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age < settle))
    })
}

/// Standard input as a file: workers read files.
fn hold_stdin(store: &Store) -> Result<Entry> {
    let path = store.own_folder().join("stdin");
    let held = fs::File::create(&path).and_then(|mut file| io::copy(&mut io::stdin().lock(), &mut file));
    let bytes = held.context("standard input cannot be held in the output folder")?;
    let path = std::path::absolute(path)?;
    Ok(Entry { path, name: "-".into(), stamp: Stamp { bytes, ..Stamp::default() }, begun: None })
}

impl Plan {
    fn read(&mut self, entry: Entry, done: Members) {
        self.tasks.push_back(Task {
            input: self.entries.len(),
            path: entry.path.clone(),
            bytes: entry.stamp.bytes,
            slice: None,
            done,
            tried: false,
            careful: false,
        });
        self.entries.push(entry);
    }

    /// An input that cannot even be looked at gets its failed record at once.
    fn add_unread(&mut self, path: &Path, mut record: DocumentRecord, store: &mut Store) -> Result<()> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let name = std::mem::replace(&mut record.source, "".into());
        let mut line = Vec::new();
        json_lines::write_line(&mut line, &record)?;
        self.lost.push(path.clone());
        // A drop with a broken link in it is none that changes every day.
        if let Some(id) = store.unread_as_before(&path, &name, &line)? {
            self.seen.insert(id);
            return Ok(());
        }
        let mut lines = Lines::default();
        lines.push(Kind::Document, &line)?;
        let part = store.write_part(&mut lines)?;
        let kept = Outcome::of(&record, Counted::default(), 0).keep()?;
        let source = SourceFile { path: &path, name: &name, stamp: &Stamp::default() };
        self.seen.insert(store.add(&source, None, 0, &kept, &part)?);
        Ok(())
    }

    /// Looks into the files whose size is that of a known content.
    fn recognise(
        &mut self,
        candidates: Vec<Candidate>,
        request: &Request,
        store: &mut Store,
        interrupt: &Interrupt,
    ) -> Result<()> {
        if candidates.is_empty() {
            return Ok(());
        }
        let hashes: Vec<Option<Hash>> = candidates
            .par_iter()
            .map(|candidate| {
                let wanted = !request.force && interrupt.code().is_none();
                wanted.then(|| batch::hash_file(&candidate.entry.path).ok().map(|(hash, _)| hash)).flatten()
            })
            .collect();
        if interrupt.code().is_some() {
            // Nothing more is begun, and what was not looked into is not new.
            self.tasks.clear();
            return Ok(());
        }
        let contents =
            if request.force { HashMap::new() } else { store.contents(&hashes.iter().flatten().copied().collect())? };
        for (Candidate { mut entry, known }, hash) in candidates.into_iter().zip(hashes) {
            match hash.and_then(|hash| Some((hash, *contents.get(&hash)?))) {
                Some((_, Found { content, complete: true, failed })) if !(failed && request.retry_failed) => {
                    self.seen.insert(store.link(&entry.source(), content)?);
                    let same = known == Some(content);
                    *(if same { &mut self.counts.unchanged } else { &mut self.counts.recognised }) += 1;
                }
                Some((hash, Found { content, complete: false, .. })) => {
                    let mut done = Members::default();
                    let members = store.members(content)?;
                    members.into_iter().filter(|member| *member < BEYOND_MEMBERS).for_each(|member| done.add(member));
                    entry.begun = Some((content, hash));
                    self.counts.again += 1;
                    self.read(entry, done);
                }
                _ => {
                    *(if known.is_some() { &mut self.counts.changed } else { &mut self.counts.new }) += 1;
                    self.read(entry, Members::default());
                }
            }
        }
        Ok(())
    }

    /// The inputs of this run's output, and the paths of those that are gone.
    ///
    /// Where a folder gave nothing at all, it is more likely that a network share is gone than that everything under it was
    /// deleted: what was known of it stays.
    pub(super) fn settle(&self, store: &mut Store) -> Result<(HashSet<i64>, Vec<PathBuf>), StoreError> {
        let mut seen = self.seen.clone();
        let mut deleted = Vec::new();
        for (id, path, read) in store.inputs_besides(&self.seen)? {
            if !read {
                continue;
            }
            if self.lost.iter().any(|lost| path.starts_with(lost)) {
                seen.insert(id);
            } else {
                deleted.push(path);
            }
        }
        Ok((seen, deleted))
    }
}

/// Seconds since 1970 of a time, for fields that say when.
pub(super) fn unix_seconds(time: std::time::SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).map_or(0.0, |past| past.as_secs_f64())
}
