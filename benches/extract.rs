//! From a file's bytes to its records as JSON lines, on one core: each public document, and all of them in turn.
//!
//! `cargo bench --bench extract`. Times are CPU time where the system tells it (Linux), so that a busy machine changes
//! them little; elsewhere they are wall time. `docs/performance.md` has what was measured.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use zhibiao::emit::json_lines::{write_line, write_record};
use zhibiao::model::Wanted;
use zhibiao::pipeline::extract_to;
use zhibiao::{Options, Source};

/// As the program has it.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long each measurement goes on.
const LONG_ENOUGH: Duration = Duration::from_secs(2);
/// Into how many turns a measurement beside others is cut.
const SLICES: u32 = 20;

fn main() {
    // `cargo test` runs benches too, to see that they work.
    let at_least = if std::env::args().any(|a| a == "--bench") { LONG_ENOUGH } else { Duration::ZERO };
    let options = load();
    let seeds = seeds();
    let what = if cpu_time().is_some() { "CPU time" } else { "wall time" };
    println!("{:44} {:>12} {:>14} {:>8}", "bytes → JSON lines, one core", what, "documents/s", "MB/s");
    let mut out = Vec::new();
    let mut all = Duration::ZERO;
    for seed in &seeds {
        let time = mean(at_least, || records_as_json(seed.clone(), &options, &mut out));
        report(&seed.name, time, seed.bytes.len());
        all += time;
    }
    let count = seeds.len().max(1);
    let bytes = seeds.iter().map(|s| s.bytes.len()).sum::<usize>();
    report("all, per document", all / count as u32, bytes / count);
    what_is_added(&seeds, &options, at_least);
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

/// What is made beyond the forms' fields, one part after the other, and what a document then takes. All take turns in short
/// slices of one run, so that whatever else the machine does meets them alike.
fn what_is_added(seeds: &[Source], options: &Options, at_least: Duration) {
    let regions = Wanted { regions: true, ..Wanted::FIELDS };
    let indicators = Wanted { indicators: true, ..regions };
    let statements = Wanted { statements: true, ..indicators };
    let audit = Wanted { audit: true, ..statements };
    let steps = [
        ("the forms' fields alone, per document", Wanted::FIELDS),
        ("… and regions", regions),
        ("… and canonical ids", indicators),
        ("… and statements", statements),
        ("… and the audit", audit),
        ("… and confidence: everything", Wanted::ALL),
    ];
    let options = steps.map(|(_, wanted)| Options { wanted, ..options.clone() });
    let slices = if at_least.is_zero() { 1 } else { SLICES };
    let mut times = [Duration::ZERO; 6];
    let mut out = Vec::new();
    for _ in 0..slices {
        for (time, options) in times.iter_mut().zip(&options) {
            *time += mean(at_least / SLICES, || {
                seeds.iter().map(|seed| records_as_json(seed.clone(), options, &mut out)).sum::<usize>()
            });
        }
    }
    let fields = times[0].as_secs_f64().max(f64::MIN_POSITIVE);
    let mut before = times[0];
    for ((name, _), time) in steps.iter().zip(times) {
        let each = time.as_secs_f64() * 1e3 / f64::from(slices) / seeds.len().max(1) as f64;
        let share = |time: Duration| 100.0 * time.as_secs_f64() / fields;
        let (own, all) = (share(time.saturating_sub(before)), share(time.saturating_sub(times[0])));
        println!("{name:44} {each:>9.3} ms {own:>10.1} % of the fields' time, {all:.1} % so far");
        before = time;
    }
}

/// Size of what was written, so that nothing of the work is dropped. As in the program, a record is written as soon as it is
/// known, and one buffer serves all documents.
fn records_as_json(source: Source, options: &Options, out: &mut Vec<u8>) -> usize {
    out.clear();
    let document = extract_to(source, options, &mut |record| written(write_record(out, &record)));
    written(write_line(out, &document));
    out.len()
}

fn written(result: std::io::Result<()>) {
    debug_assert!(result.is_ok());
}

/// The mean time of one round of work.
fn mean<T>(at_least: Duration, mut work: impl FnMut() -> T) -> Duration {
    black_box(work()); // warm
    let start = Instant::now();
    let spent = |from: Option<Duration>| cpu_time().zip(from).map_or_else(|| start.elapsed(), |(to, from)| to - from);
    let from = cpu_time();
    let mut rounds = 0;
    loop {
        black_box(work());
        rounds += 1;
        let spent = spent(from);
        if spent >= at_least {
            return spent / rounds;
        }
    }
}

/// What this thread has spent on a processor so far: the first figure of `/proc/thread-self/schedstat`, which Linux gives in
/// nanoseconds (`Documentation/scheduler/sched-stats.rst`).
fn cpu_time() -> Option<Duration> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(told.split_whitespace().next()?.parse().ok()?))
}
