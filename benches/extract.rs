//! From a file's bytes to its records as JSON lines, on one core: each public document, and all of them in turn.
//!
//! `cargo bench --bench extract`. Times are CPU time where the system tells it (Linux), so that a busy machine changes
//! them little; elsewhere they are wall time. `docs/performance.md` has what was measured.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use zhibiao::emit::json_lines::write_line;
use zhibiao::model::{FormRecords, Record, StatementRecord};
use zhibiao::validate::Document;
use zhibiao::{Options, Source, extract};

/// How long each measurement goes on: Linux counts CPU time in hundredths of a second.
const LONG_ENOUGH: Duration = Duration::from_secs(2);

fn main() {
    // `cargo test` runs benches too, to see that they work.
    let at_least = if std::env::args().any(|a| a == "--bench") { LONG_ENOUGH } else { Duration::ZERO };
    let options = load();
    let seeds = seeds();
    let what = if cpu_time().is_some() { "CPU time" } else { "wall time" };
    println!("{:44} {:>12} {:>14} {:>8}", "bytes → JSON lines, one core", what, "documents/s", "MB/s");
    let mut all = Duration::ZERO;
    for seed in &seeds {
        let time = mean(at_least, || records_as_json(seed.clone(), &options));
        report(&seed.name, time, seed.bytes.len());
        all += time;
    }
    let count = seeds.len().max(1);
    let bytes = seeds.iter().map(|s| s.bytes.len()).sum::<usize>();
    report("all, per document", all / count as u32, bytes / count);
    let audit = audit_alone(&seeds, &options, at_least);
    report("the audit alone, per document", audit / count as u32, bytes / count);
    let rest = all.saturating_sub(audit).as_secs_f64();
    println!(
        "{:44} {:>9.1} %",
        "the audit adds to the rest",
        100.0 * audit.as_secs_f64() / rest.max(f64::MIN_POSITIVE)
    );
    println!("{:44} {:>9.2} ms", "patterns read and compiled, once a run", mean(at_least, load).as_secs_f64() * 1e3);
}

fn report(name: &str, time: Duration, bytes: usize) {
    let seconds = time.as_secs_f64();
    let (rate, megabytes) = (1.0 / seconds, bytes as f64 / seconds / 1e6);
    println!("{name:44} {:>9.3} ms {rate:>14.0} {megabytes:>8.1}", seconds * 1e3);
}

fn load() -> Options {
    Options::load(None).unwrap_or_else(|error| panic!("{error}"))
}

fn seeds() -> Vec<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/seeds");
    let mut files: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
        .into_iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            Some(Source { name, bytes: fs::read(&path).ok()? })
        })
        .collect()
}

/// The time of all rules over the records of all documents, copying them taken off.
fn audit_alone(seeds: &[Source], options: &Options, at_least: Duration) -> Duration {
    let documents: Vec<Vec<Step>> = seeds.iter().map(|seed| steps(extract(seed.clone(), options).records)).collect();
    let copied = mean(at_least, || black_box(documents.clone()));
    let audited = mean(at_least, || {
        let mut documents = documents.clone();
        for steps in &mut documents {
            let mut audit = Document::new(&options.patterns.audit);
            for step in steps {
                match step {
                    Step::Form(form) => audit.form(form),
                    Step::Statement(statement) => audit.statement(statement),
                }
            }
            black_box(audit.finish());
        }
        documents
    });
    audited.saturating_sub(copied)
}

#[derive(Clone)]
#[allow(clippy::large_enum_variant)]
enum Step {
    Form(FormRecords),
    Statement(StatementRecord),
}

/// Records as the audit gets them: a form with its rows, a statement.
fn steps(records: Vec<Record>) -> Vec<Step> {
    let mut steps = Vec::new();
    for record in records {
        match (record, steps.last_mut()) {
            (Record::Form(form), _) => {
                let scoring = Default::default();
                steps.push(Step::Form(FormRecords {
                    form,
                    funds: Vec::new(),
                    indicators: Vec::new(),
                    scoring,
                    evidence: Default::default(),
                }));
            }
            (Record::Fund(fund), Some(Step::Form(form))) => form.funds.push(fund),
            (Record::Indicator(row), Some(Step::Form(form))) => form.indicators.push(row),
            (Record::Statement(statement), _) => steps.push(Step::Statement(statement)),
            _ => {}
        }
    }
    steps
}

/// Size of what was written, so that nothing of the work is dropped.
fn records_as_json(source: Source, options: &Options) -> usize {
    let extraction = extract(source, options);
    let mut out = Vec::with_capacity(1 << 16);
    let write = |written: std::io::Result<()>| debug_assert!(written.is_ok());
    write(write_line(&mut out, &extraction.document));
    for record in &extraction.records {
        write(write_line(&mut out, record));
    }
    out.len()
}

/// The mean time of one round of work.
fn mean<T>(at_least: Duration, mut work: impl FnMut() -> T) -> Duration {
    black_box(work()); // warm
    let start = Instant::now();
    let spent = |from: Option<Duration>| cpu_time().zip(from).map_or_else(|| start.elapsed(), |(to, from)| to - from);
    let from = cpu_time();
    let mut rounds = 0;
    loop {
        for _ in 0..20 {
            black_box(work());
        }
        rounds += 20;
        let spent = spent(from);
        if spent >= at_least {
            return spent / rounds;
        }
    }
}

/// What this process has spent on processors so far: user and system time of `/proc/self/stat`, which Linux gives in
/// hundredths of a second (`proc(5)`: fields 14 and 15, in clock ticks, 100 a second on every common platform).
fn cpu_time() -> Option<Duration> {
    let told = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, the program's name in brackets, may hold spaces.
    let mut fields = told.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_millis((user + system) * 10))
}
