//! Batch runs: what is known is not read again, one document's trouble is its own, and whatever ends a run, the next one
//! makes of it what an undisturbed run would have made.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails
#![cfg(unix)]

mod support;
mod zips;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::Value;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const FILES: [&str; 6] =
    ["documents.jsonl", "forms.jsonl", "funds.jsonl", "indicators.jsonl", "statements.jsonl", "errors.jsonl"];

struct Drop {
    dir: tempfile::TempDir,
}

impl Drop {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("drop")).unwrap();
        Drop { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("drop").join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        age(&path);
    }

    fn command(&self, out: &str, flags: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhibiao"));
        command.arg("extract").arg(self.dir.path().join("drop")).arg("-o").arg(self.out(out)).args(flags);
        command.env("ZHIBIAO_TEST_HOOKS", "1").stdin(Stdio::null());
        command
    }

    fn out(&self, out: &str) -> PathBuf {
        self.dir.path().join(out)
    }

    fn run(&self, out: &str, flags: &[&str]) -> Output {
        self.command(out, flags).output().unwrap()
    }

    fn files(&self, out: &str) -> Vec<Vec<u8>> {
        FILES.iter().map(|name| fs::read(self.out(out).join(name)).unwrap()).collect()
    }

    fn lines(&self, out: &str, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.out(out).join(name)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// `source status code` of every document.
    fn fates(&self, out: &str) -> Vec<String> {
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        self.lines(out, "documents.jsonl")
            .iter()
            .map(|d| format!("{} {} {}", word(&d["source"]), word(&d["status"]), word(&d["error"]["code"])))
            .collect()
    }

    /// What the last complete run did with its inputs.
    fn inputs(&self, out: &str, fate: &str) -> u64 {
        let text = fs::read_to_string(self.out(out).join("run.json")).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["inputs"][fate].as_u64().unwrap()
    }

    fn settle_children(&self, child: &mut Child) {
        let _ = kill_process_group(pid(child), Signal::KILL);
        child.wait().unwrap();
    }
}

/// A file that changed a moment ago proves nothing; this one changed an hour ago.
fn age(path: &Path) {
    let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    fs::File::options().write(true).open(path).unwrap().set_modified(hour_ago).unwrap();
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A small form of its own for every number.
fn form(number: usize) -> String {
    format!(
        "第{number}号项目支出绩效自评表\n（2021年度）\n\
        绩效指标\t一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\n\
        \t产出指标\t数量指标\t收购稻谷数量\t≥{number}吨\t{number}吨\t50\t50\n\
        \t效益指标\t社会效益指标\t农户增收效果\t明显\t明显\t50\t50\n\
        总分\t\t\t\t\t\t100\t100\n"
    )
}

fn numbered_drop(files: usize) -> Drop {
    let drop = Drop::new();
    for number in 0..files {
        drop.put(&format!("{}/{number}.txt", number % 3), form(number));
    }
    drop.put("1/empty.txt", "");
    let members: Vec<(String, String)> = (0..12).map(|i| (format!("{i}.txt"), form(1000 + i))).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    drop.put("1/members.zip", zips::of_files(&members));
    drop
}

// ---- what is known is not read again ----

#[test]
fn a_second_run_reads_what_is_new_changed_or_gone() {
    let drop = numbered_drop(6);
    assert_eq!(drop.run("out", &[]).status.code(), Some(1), "the empty file is a failed document");
    assert_eq!((drop.inputs("out", "new"), drop.inputs("out", "unchanged")), (8, 0));
    let first = drop.files("out");
    assert_eq!(first[2].len() + first[4].len(), 0, "these forms have no funds, and no prose");
    assert_eq!(drop.lines("out", "indicators.jsonl").len(), 2 * (6 + 12));

    // Times of status change cannot be set back: the second run may have to look into the files, but reads none.
    drop.run("out", &[]);
    assert_eq!((drop.inputs("out", "new"), drop.inputs("out", "unchanged")), (0, 8));
    assert_eq!(drop.files("out"), first);

    drop.put("new.txt", form(77));
    drop.put("0/0.txt", form(78) + "\n");
    fs::rename(drop.path("1/1.txt"), drop.path("moved.txt")).unwrap();
    fs::copy(drop.path("2/2.txt"), drop.path("copied.txt")).unwrap();
    fs::rename(drop.path("1/members.zip"), drop.path("2/renamed.zip")).unwrap();
    fs::remove_file(drop.path("0/3.txt")).unwrap();
    let output = drop.run("out", &[]);
    let counted = ["new", "changed", "recognised", "deleted"].map(|fate| drop.inputs("out", fate));
    // What was moved is gone from its old place, too.
    assert_eq!(counted, [1, 1, 3, 3], "{}", stderr(&output));
    assert!(stderr(&output).contains("0/3.txt"), "{}", stderr(&output));
    assert!(drop.fates("out").contains(&"2/renamed.zip!/3.txt ok -".to_owned()));

    drop.run("anew", &[]);
    assert_eq!(drop.files("out"), drop.files("anew"), "as if it had all been read at once");
}

#[test]
fn sources_are_sorted_and_members_stay_in_the_archives_order() {
    let drop = numbered_drop(3);
    drop.run("out", &["--jobs", "2"]);
    let fates = drop.fates("out");
    let members = (0..12).map(|i| format!("1/members.zip!/{i}.txt ok -"));
    let mut expected = vec!["0/0.txt ok -".to_owned(), "1/1.txt ok -".into(), "1/empty.txt failed empty".into()];
    expected.extend(members);
    expected.push("2/2.txt ok -".into());
    assert_eq!(fates, expected);
    let errors = drop.lines("out", "errors.jsonl");
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0]["source"].as_str(), errors[0]["code"].as_str()), (Some("1/empty.txt"), Some("empty")));
}

#[test]
fn sources_are_sorted_where_paths_stand_in_another_order() {
    let drop = Drop::new();
    for (number, name) in ["a/z.txt", "a/m.txt", "b/c.txt", "b/y.txt"].into_iter().enumerate() {
        drop.put(name, form(number));
    }
    let out = drop.out("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhibiao"));
    // Sources begin anew in each folder that is given.
    command.arg("extract").arg(drop.path("a")).arg(drop.path("b")).arg("-o").arg(&out);
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    assert_eq!(drop.fates("out"), ["c.txt ok -", "m.txt ok -", "y.txt ok -", "z.txt ok -"]);
    let indicators = drop.lines("out", "indicators.jsonl");
    let sources: Vec<&str> = indicators.iter().map(|row| row["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["c.txt", "c.txt", "m.txt", "m.txt", "y.txt", "y.txt", "z.txt", "z.txt"]);
}

#[test]
fn force_retry_failed_and_since() {
    let drop = numbered_drop(2);
    drop.run("out", &[]);
    drop.run("out", &["--retry-failed"]);
    let counted = ["again", "changed", "unchanged"].map(|fate| drop.inputs("out", fate));
    assert_eq!(counted[0] + counted[1], 1, "the empty file alone: {counted:?}");
    assert_eq!(counted[2], 3);
    let before = drop.files("out");
    drop.run("out", &["--force"]);
    assert_eq!(drop.inputs("out", "unchanged"), 0);
    assert_eq!(drop.files("out"), before);
    // Written an hour ago, so not read when only the last minutes count.
    drop.put("late.txt", form(5));
    drop.run("out", &["--since", "10min"]);
    assert_eq!((drop.inputs("out", "left_out"), drop.inputs("out", "unchanged")), (1, 4));
    assert_eq!(drop.files("out"), before);
    drop.run("out", &["--since", "2h"]);
    assert_eq!(drop.inputs("out", "new"), 1);
}

#[test]
fn a_folder_that_gives_nothing_keeps_what_was_known_of_it() {
    let drop = numbered_drop(3);
    drop.run("out", &[]);
    let whole = drop.lines("out", "indicators.jsonl");
    fs::rename(drop.path(""), drop.dir.path().join("away")).unwrap();
    let output = drop.run("out", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no such file or folder"), "{}", stderr(&output));
    assert_eq!(drop.lines("out", "indicators.jsonl"), whole, "a share that is gone deletes nothing");
    fs::rename(drop.dir.path().join("away"), drop.path("")).unwrap();
    drop.run("out", &[]);
    drop.run("anew", &[]);
    assert_eq!(drop.files("out"), drop.files("anew"));
}

/// A drop with a broken link in it, or a file that nobody may read, would else be sorted anew every night.
#[test]
fn what_still_cannot_be_read_leaves_the_files_in_place() {
    use std::os::unix::fs::MetadataExt;
    let drop = numbered_drop(3);
    std::os::unix::fs::symlink("nowhere", drop.path("0/broken-link.txt")).unwrap();
    std::os::unix::fs::symlink("/proc/self/mem", drop.path("2/faulty.txt")).unwrap();
    drop.run("out", &[]);
    let fates = drop.fates("out");
    for failed in ["0/broken-link.txt failed missing", "2/faulty.txt failed unreadable"] {
        assert!(fates.contains(&failed.to_owned()), "{fates:?}");
    }
    let inode = || fs::metadata(drop.out("out").join("indicators.jsonl")).unwrap().ino();
    let (before, files) = (inode(), drop.files("out"));
    drop.run("out", &[]);
    assert_eq!(inode(), before, "the files were written anew");
    assert_eq!(drop.files("out"), files);
    fs::remove_file(drop.path("0/broken-link.txt")).unwrap();
    drop.run("out", &[]);
    assert!(!drop.fates("out").iter().any(|fate| fate.contains("broken-link")));
}

/// A pipe has no end to be read to, neither when it is read, nor when a document's trouble is written down.
#[test]
fn a_pipe_among_the_inputs_fails_by_time_and_what_is_too_large_reaches_quarantine() {
    let drop = numbered_drop(2);
    drop.put("large.txt", form(5).repeat(100));
    let pipe = drop.dir.path().join("pipe.txt");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for _ in 0..2 {
        let flags = ["--timeout", "2s", "--max-size", "20KB", "--quarantine", "--log-format", "json"];
        let output = drop.command("out", &flags).arg(&pipe).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let fates = drop.fates("out");
        assert!(fates.contains(&format!("{} failed timeout", pipe.display())), "{fates:?}");
        assert!(fates.contains(&"large.txt failed too_large".to_owned()), "{fates:?}");
        // All of it is for machines, the summary too.
        let lines: Vec<Value> = stderr(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.iter().any(|line| line["fields"]["failed"] == 3), "{lines:?}");
    }
    let kept: Vec<_> = fs::read_dir(drop.out("out").join("quarantine")).unwrap().flatten().collect();
    assert!(kept.iter().any(|file| file.file_name().to_string_lossy().ends_with("-large.txt")));
    assert_eq!(drop.run("drop/0/0.txt", &[]).status.code(), Some(2), "a file is no folder for output");
}

/// One too large to be held by every worker is read from its file, whatever lies between its members.
#[test]
fn a_large_archive_gives_what_its_files_give() {
    let drop = Drop::new();
    let forms: Vec<String> = (0..20).map(form).collect();
    // 40 MB that cannot be packed any further.
    let mut random = 0x2545_f491_4f6c_dd1du64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random.to_le_bytes()
    })
    .take(5 << 20)
    .flatten()
    .collect();
    let names: Vec<String> = (0..20).map(|n| format!("{n:02}.txt")).collect();
    let mut members: Vec<(&str, &[u8])> = Vec::new();
    for (name, text) in names.iter().zip(&forms) {
        members.push((name, text.as_bytes()));
        drop.put(&format!("files/{name}"), text);
    }
    members.insert(10, ("noise.bin", &noise));
    members.insert(15, ("crash.txt", b"#zhibiao-test abort"));
    drop.put("large.zip", zips::of_files(&members));
    // Less than the archive itself and what a worker needs.
    let output = drop.run("out", &["--jobs", "2", "--max-memory", "300MB"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let fates = drop.fates("out");
    assert!(fates.contains(&"large.zip!/crash.txt failed crash".to_owned()), "{fates:?}");
    let read = |from: &str| -> Vec<String> {
        let sound = fates.iter().filter(|fate| fate.starts_with(from) && fate.ends_with(" ok -"));
        sound.map(|fate| fate.trim_start_matches(from).to_owned()).collect()
    };
    assert_eq!(read("large.zip!/"), read("files/"));
    assert_eq!(read("files/").len(), 20);
}

#[test]
fn damaged_parts_are_read_again() {
    let drop = numbered_drop(4);
    drop.run("out", &[]);
    let before = drop.files("out");
    let parts = drop.out("out").join(".zhibiao/parts");
    let part = fs::read_dir(&parts).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(&part, bytes).unwrap();
    drop.put("new.txt", form(500));
    let output = drop.run("out", &[]);
    assert!(stderr(&output).contains("damaged"), "{}", stderr(&output));
    assert_eq!(drop.files("out"), before, "nothing half right is put in place");
    drop.run("out", &[]);
    drop.run("anew", &[]);
    assert_eq!(drop.files("out"), drop.files("anew"));
}

// ---- one document's trouble is its own ----

#[test]
fn a_document_that_never_ends_or_takes_the_process_down_fails_alone() {
    let drop = numbered_drop(12);
    for trouble in ["loop", "abort", "overflow", "grow", "huge", "exit"] {
        drop.put(&format!("trouble/{trouble}.txt"), format!("#zhibiao-test {trouble}\n"));
    }
    let members: Vec<(String, String)> = (0..9)
        .map(|i| (format!("{i}.txt"), if i % 4 == 2 { "#zhibiao-test abort".into() } else { form(100 + i) }))
        .collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    drop.put("zip/some.zip", zips::of_files(&members));
    let flags = ["--timeout", "3s", "--max-memory", "200MB", "--quarantine"];
    let output = drop.run("out", &flags);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let fates = drop.fates("out");
    let failed: Vec<&str> = fates.iter().filter(|fate| !fate.ends_with(" ok -")).map(String::as_str).collect();
    assert_eq!(
        failed,
        [
            "1/empty.txt failed empty",
            "trouble/abort.txt failed crash",
            "trouble/exit.txt failed crash",
            "trouble/grow.txt failed memory_limit",
            "trouble/huge.txt failed memory_limit",
            "trouble/loop.txt failed timeout",
            "trouble/overflow.txt failed stack_overflow",
            "zip/some.zip!/2.txt failed crash",
            "zip/some.zip!/6.txt failed crash",
        ]
    );
    assert_eq!(fates.len(), 12 + 12 + 7 + 9);
    let sources: Vec<Value> = drop.lines("out", "errors.jsonl").into_iter().map(|e| e["source"].clone()).collect();
    assert_eq!(sources.len(), failed.len());
    let mut copies: Vec<String> = fs::read_dir(drop.out("out").join("quarantine"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    copies.sort_by_key(|name| name.split_once('-').unwrap().1.to_owned());
    let named: Vec<&str> = copies.iter().map(|name| name.split_once('-').unwrap().1).collect();
    assert_eq!(
        named,
        ["abort.txt", "empty.txt", "exit.txt", "grow.txt", "huge.txt", "loop.txt", "overflow.txt", "some.zip"]
    );

    // What failed for its content is not tried again; with another limit of time, what ran out of it is.
    drop.run("out", &flags);
    assert_eq!(drop.inputs("out", "unchanged"), 12 + 2 + 6 + 1);
    drop.run("out", &["--timeout", "1s", "--max-memory", "200MB"]);
    assert_eq!(drop.inputs("out", "unchanged"), 12 + 2 + 3 + 1, "loop, grow and huge get another try");
}

/// A hundred inputs that cannot be read, with the code that each has to get: from the corpora of damaged, protected and
/// hostile files, cut office files, foreign formats, and what brings a process down.
fn hostile() -> Vec<(String, Vec<u8>, &'static str)> {
    let read = |path: &str| fs::read(support::repository(path)).unwrap();
    let mut all: Vec<(String, Vec<u8>, &'static str)> = Vec::new();
    for method in ["rc4-40", "rc4-128", "aes-128", "aes-128-clear-metadata", "aes-256-r5", "aes-256-r6"] {
        for password in ["ascii", "chinese"] {
            let name = format!("{method}-{password}.pdf");
            let bytes = read(&format!("fixtures/pdf/encrypted/{name}"));
            all.push((name, bytes, "encrypted"));
        }
    }
    all.push(("password.doc".into(), read("fixtures/office/special/password-spire.doc"), "encrypted"));
    all.push(("header-only.pdf".into(), read("fixtures/pdf/damaged/header-only.pdf"), "damaged"));
    // A package that is cut has lost its directory, a compound file that is cut early its sectors.
    for (stem, extension) in [("001.python-docx", "docx"), ("003.openpyxl", "xlsx"), ("003.libreoffice", "ods")] {
        let bytes = read(&format!("fixtures/office/{stem}.{extension}"));
        for tenths in 2..9 {
            all.push((format!("cut-{tenths}.{extension}"), bytes[..bytes.len() * tenths / 10].to_vec(), "damaged"));
        }
    }
    let sheet = read("fixtures/office/003.libreoffice.xls");
    all.extend((1..4).map(|n| (format!("cut-{n}.xls"), sheet[..n * 600].to_vec(), "damaged")));
    for n in 0..10 {
        all.push((format!("empty-{n}.txt"), vec![b'\n'; n], "empty"));
        // No text in any encoding: zero bytes between numbers that go up by a step.
        let noise = (0..2000 + n).flat_map(|i| [0, (i * 37) as u8, 0, 0, (i / 7) as u8]).collect();
        all.push((format!("noise-{n}.bin"), noise, "binary"));
    }
    let foreign: [(&str, &[u8], &str); 5] = [
        ("7z", b"7z\xbc\xaf\x27\x1c\x00\x04", "archive"),
        ("rar", b"Rar!\x1a\x07\x01\x00", "archive"),
        ("gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "archive"),
        ("gif", b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "unsupported"),
        ("exe", b"MZ\x90\x00\x03\x00\x00\x00", "binary"),
    ];
    for (extension, begin, code) in foreign {
        for n in 0..3 {
            let bytes = [begin, vec![0; 600 + n].as_slice()].concat();
            all.push((format!("foreign-{n}.{extension}"), bytes, code));
        }
    }
    all.extend((0..3).map(|n| (format!("nothing-{n}.zip"), zips::of_files(&[]), "empty_archive")));
    let troubles = [("abort", "crash"), ("exit", "crash"), ("overflow", "stack_overflow"), ("grow", "memory_limit")];
    for (trouble, code) in troubles.into_iter().chain([("huge", "memory_limit"), ("loop", "timeout")]) {
        all.push((format!("{trouble}.txt"), format!("#zhibiao-test {trouble}\n").into_bytes(), code));
    }
    let left = 100 - all.len();
    all.extend((0..left).map(|n| (format!("abort-{n}.txt"), b"#zhibiao-test abort\n".to_vec(), "crash")));
    all
}

#[test]
fn a_hundred_hostile_files_in_a_thousand_fail_alone_each_with_its_code() {
    let drop = Drop::new();
    let hostile = hostile();
    assert_eq!(hostile.len(), 100);
    for number in 0..900 {
        drop.put(&format!("{}/{number}.txt", number % 9), form(number));
        if number % 9 == 0 {
            let (name, bytes, _) = &hostile[number / 9];
            drop.put(&format!("{}/{name}", number % 8), bytes);
        }
    }
    let output = drop.run("out", &["--timeout", "3s", "--max-memory", "300MB"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let mut failed: Vec<String> = Vec::new();
    let mut sound = 0;
    for fate in drop.fates("out") {
        if fate.ends_with(" ok -") {
            sound += 1;
        } else {
            failed.push(fate.split_once('/').unwrap().1.to_owned());
        }
    }
    failed.sort();
    let mut expected: Vec<String> = hostile.iter().map(|(name, _, code)| format!("{name} failed {code}")).collect();
    expected.sort();
    assert_eq!(failed, expected);
    assert_eq!(sound, 900);
    // Every sound file's records, and no others.
    let mut targets: Vec<u64> =
        drop.lines("out", "indicators.jsonl").iter().filter_map(|i| i["target"]["value"].as_u64()).collect();
    targets.sort_unstable();
    assert_eq!(targets, (0..900).collect::<Vec<u64>>());
    assert_eq!(drop.lines("out", "indicators.jsonl").len(), 1800);
    assert_eq!(drop.lines("out", "errors.jsonl").len(), 100);
}

// ---- whatever ends a run ----

#[test]
fn a_second_run_on_one_folder_says_so_and_stops() {
    let drop = numbered_drop(2);
    for i in 0..8 {
        drop.put(&format!("slow/{i}.txt"), format!("#zhibiao-test sleep {i}\n"));
    }
    let mut first = drop.command("out", &["--jobs", "1"]).stderr(Stdio::null()).process_group(0).spawn().unwrap();
    wait_for(&drop.out("out").join(".zhibiao/manifest.db"));
    let second = drop.run("out", &[]);
    assert_eq!(second.status.code(), Some(2));
    let expected = format!("another run is writing to this folder (process {})", first.id());
    assert!(stderr(&second).contains(&expected), "{}", stderr(&second));
    drop.settle_children(&mut first);
    assert_ne!(drop.run("out", &[]).status.code(), Some(2), "a dead run holds nothing");
}

#[test]
fn ctrl_c_finishes_what_is_in_hand_and_the_next_run_goes_on() {
    let drop = numbered_drop(2);
    for i in 0..12 {
        drop.put(&format!("slow/{i}.txt"), format!("#zhibiao-test sleep {i}\n"));
    }
    let mut first = drop.command("out", &["--jobs", "1"]).stderr(Stdio::piped()).process_group(0).spawn().unwrap();
    wait_for(&drop.out("out").join(".zhibiao/manifest.db"));
    std::thread::sleep(Duration::from_millis(1500));
    // As a terminal does: to everyone in the group.
    kill_process_group(pid(&first), Signal::INT).unwrap();
    let status = first.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(!drop.out("out").join("documents.jsonl").exists(), "half a run puts nothing in place");
    drop.run("out", &[]);
    assert!(drop.inputs("out", "new") < 16, "what the first run read is not read again");
    drop.run("anew", &[]);
    assert_eq!(drop.files("out"), drop.files("anew"));
}

fn wait_for(path: &Path) {
    let began = Instant::now();
    while !path.exists() {
        assert!(began.elapsed() < Duration::from_secs(60), "{} does not come", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Kills runs at instants spread over the time that one takes, four in a row on one folder, and compares what the next one
/// makes with an undisturbed run.
fn kill_at_random_instants(kills: u32) {
    let drop = numbered_drop(40);
    // Documents that take their time, so that there is time to kill.
    for i in 0..6 {
        drop.put(&format!("{}/slow{i}.txt", i % 3), format!("#zhibiao-test sleep {i}\n"));
    }
    let timed = |out: &str| {
        let began = Instant::now();
        let output = drop.run(out, &["--jobs", "2"]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        began.elapsed()
    };
    let mut usual = timed("undisturbed");
    let expected = drop.files("undisturbed");
    let mut random = 0x2545_f491_4f6c_dd1du64;
    let mut interrupted = 0;
    for kill in 0..kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut child = drop.command("out", &["--jobs", "2"]).stderr(Stdio::null()).process_group(0).spawn().unwrap();
        // A run that goes on from others before it has less to do.
        let expected_time = usual / (1 + kill % 4);
        std::thread::sleep(expected_time.mul_f64((random % 1000) as f64 / 1000.0));
        if child.try_wait().unwrap().is_none() {
            interrupted += 1;
        }
        drop.settle_children(&mut child);
        if kill % 4 == 3 {
            timed("out");
            assert!(drop.files("out") == expected, "after kill {kill}");
            fs::remove_dir_all(drop.out("out")).unwrap();
            if kill % 16 == 3 {
                usual = usual.min(timed("out"));
                fs::remove_dir_all(drop.out("out")).unwrap();
            }
        }
    }
    println!("{interrupted} of {kills} runs were killed before their end");
    assert!(interrupted * 4 > kills, "{interrupted} of {kills} runs were still going");
}

#[test]
fn killed_at_any_instant_nothing_is_lost_or_doubled() {
    kill_at_random_instants(16);
}

#[test]
#[ignore = "takes minutes"]
fn killed_a_hundred_times_nothing_is_lost_or_doubled() {
    kill_at_random_instants(100);
}

/// Workers whose parent is gone end, even those in the midst of a document that never ends.
#[cfg(target_os = "linux")]
#[test]
fn workers_end_with_their_parent() {
    let drop = Drop::new();
    drop.put("loop.txt", "#zhibiao-test loop\n");
    let mut child = drop.command("out", &["--jobs", "1"]).stderr(Stdio::null()).process_group(0).spawn().unwrap();
    let children = |id: u32| fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let began = Instant::now();
    let worker = loop {
        assert!(began.elapsed() < Duration::from_secs(60), "no worker comes");
        // The worker is the child of a thread.
        let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
        let all: String = tasks
            .filter_map(|task| {
                let task = task.ok()?.file_name().into_string().ok()?;
                fs::read_to_string(format!("/proc/{}/task/{task}/children", child.id())).ok()
            })
            .collect();
        if let Some(worker) = all.split_whitespace().next() {
            break worker.parse::<u32>().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    std::thread::sleep(Duration::from_millis(500));
    assert!(children(worker).is_empty());
    kill_process(pid(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
    let began = Instant::now();
    let alive = || {
        let status = fs::read_to_string(format!("/proc/{worker}/status")).unwrap_or_default();
        !status.is_empty() && !status.contains("State:\tZ")
    };
    while alive() {
        assert!(began.elapsed() < Duration::from_secs(20), "the worker lives on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A file system that takes no more: here the shell's limit on the size of files, which hits parts, manifest and the sorted
/// files alike at one size or another.
#[test]
fn a_full_disk_costs_nothing_but_time() {
    let drop = numbered_drop(40);
    drop.run("undisturbed", &[]);
    let expected = drop.files("undisturbed");
    let mut failures = 0;
    for blocks in [1, 8, 64, 96, 128] {
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec '{}' extract '{}' -o '{}' --jobs 2",
            env!("CARGO_BIN_EXE_zhibiao"),
            drop.path("").display(),
            drop.out("out").display()
        );
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{blocks}: {} {}", output.status, stderr(&output));
        if stderr(&output).contains("error:") {
            failures += 1;
        }
    }
    assert!(failures >= 2, "the limit was never hit");
    drop.run("out", &[]);
    assert!(drop.files("out") == expected);
}

/// A read that fails in the midst: `/proc/self/mem` opens and then gives an error.
#[cfg(target_os = "linux")]
#[test]
fn a_read_error_is_a_failed_document_until_it_can_be_read() {
    let drop = numbered_drop(3);
    let path = drop.path("2/faulty.txt");
    std::os::unix::fs::symlink("/proc/self/mem", &path).unwrap();
    assert_eq!(drop.run("out", &[]).status.code(), Some(1));
    assert!(drop.fates("out").contains(&"2/faulty.txt failed unreadable".to_owned()), "{:?}", drop.fates("out"));
    fs::remove_file(&path).unwrap();
    drop.put("2/faulty.txt", form(9));
    drop.run("out", &[]);
    drop.run("anew", &[]);
    assert_eq!(drop.files("out"), drop.files("anew"));
}

// ---- what is read of a drop ----

#[test]
fn folders_are_walked_by_rules_and_names_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let drop = numbered_drop(3);
    drop.put("draft/1.txt", form(1));
    drop.put("a.tmp", form(2));
    drop.put("kept/b.tmp", form(3));
    drop.put("kept/no.txt", form(4));
    drop.put("kept/.zhibiaoignore", "no.txt\n");
    // 自评.txt as Chinese Windows writes it.
    let gbk = drop.path("").join(std::ffi::OsStr::from_bytes(b"\xd7\xd4\xc6\xc0.txt"));
    fs::write(gbk, form(5)).unwrap();
    fs::create_dir(drop.dir.path().join("elsewhere")).unwrap();
    fs::write(drop.dir.path().join("elsewhere/linked.txt"), form(6)).unwrap();
    std::os::unix::fs::symlink(drop.dir.path().join("elsewhere"), drop.path("link")).unwrap();
    let sources = |out: &str| -> Vec<String> {
        let all = drop.lines(out, "documents.jsonl").into_iter();
        all.map(|d| d["source"].as_str().unwrap().to_owned()).filter(|s| !s.contains("zip")).collect()
    };
    let output = drop.run("out", &["--exclude", "draft/", "--exclude", "/*.tmp"]);
    assert_eq!(sources("out"), ["0/0.txt", "1/1.txt", "1/empty.txt", "2/2.txt", "kept/b.tmp", "自评.txt"]);
    assert!(stderr(&output).contains("a link to a folder is not followed"), "{}", stderr(&output));
    drop.run("all", &["--no-ignore", "--follow-links"]);
    let all = sources("all");
    assert!(["kept/no.txt", "link/linked.txt", "kept/.zhibiaoignore"].iter().all(|s| all.contains(&(*s).to_owned())));

    let pattern = drop.path("**/b.*");
    let list = drop.dir.path().join("list");
    fs::write(&list, format!("{}\n{}\r\n", drop.path("0/0.txt").display(), drop.path("2/2.txt").display())).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_zhibiao"))
        .arg("extract")
        .arg(pattern)
        .arg("--files-from")
        .arg(list)
        .output()
        .unwrap();
    let printed: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let printed: Vec<&str> =
        printed.iter().filter(|r| r["kind"] == "document").map(|r| r["source"].as_str().unwrap()).collect();
    let expected = ["kept/b.tmp", "0/0.txt", "2/2.txt"].map(|name| drop.path(name).display().to_string());
    assert_eq!(printed, expected);
}

#[test]
fn options_come_from_the_file_beside_the_drop_and_the_line_wins() {
    let drop = numbered_drop(1);
    fs::write(drop.dir.path().join("zhibiao.toml"), "exclude = [\"*.zip\"]\nmax-size = \"10B\"\n").unwrap();
    drop.run("small", &[]);
    assert_eq!(drop.fates("small"), ["0/0.txt failed too_large", "1/empty.txt failed empty"]);
    drop.run("out", &["--max-size", "1MB"]);
    assert_eq!(drop.fates("out"), ["0/0.txt ok -", "1/empty.txt failed empty"]);
    fs::write(drop.dir.path().join("zhibiao.toml"), "colour = \"red\"\n").unwrap();
    assert_eq!(drop.run("out", &[]).status.code(), Some(2));
}

#[test]
fn watch_reads_what_comes_and_ends_when_it_is_told_to() {
    let drop = numbered_drop(1);
    let mut child = Command::new(env!("CARGO_BIN_EXE_zhibiao"))
        .arg("watch")
        .arg(drop.path(""))
        .arg("-o")
        .arg(drop.out("out"))
        .args(["--every", "200ms", "--settle", "100ms", "--log-format", "json"])
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let indicators = drop.out("out").join("indicators.jsonl");
    wait_for(&indicators);
    let before = fs::read(&indicators).unwrap();
    drop.put("late.txt", form(9));
    let began = Instant::now();
    while fs::read(&indicators).unwrap() == before {
        assert!(began.elapsed() < Duration::from_secs(60), "what came is not read");
        std::thread::sleep(Duration::from_millis(20));
    }
    kill_process_group(pid(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop.run("anew", &[]);
    assert_eq!(drop.files("out"), drop.files("anew"));
}

#[test]
fn metrics_and_json_logs_are_what_machines_read() {
    let drop = numbered_drop(2);
    let metrics = drop.dir.path().join("zhibiao.prom");
    std::os::unix::fs::symlink("nowhere", drop.path("broken-link.txt")).unwrap();
    fs::create_dir(drop.dir.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(drop.dir.path().join("elsewhere"), drop.path("link")).unwrap();
    let output = drop.run("out", &["--metrics", metrics.to_str().unwrap(), "--log-format", "json"]);
    let text = fs::read_to_string(&metrics).unwrap();
    for line in [
        "zhibiao_documents{status=\"ok\"} 14",
        "zhibiao_documents{status=\"failed\"} 2",
        "zhibiao_records{kind=\"indicator\"} 28",
        "zhibiao_errors{code=\"missing\"} 1",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in {text}");
    }
    let run = fs::read_to_string(drop.out("out").join("run.json")).unwrap();
    let run: Value = serde_json::from_str(&run).unwrap();
    for (of, names) in [
        ("seconds_by_stage", &["plan", "read", "compact", "report"][..]),
        ("worker_seconds_by_stage", &["open", "load", "reconstruct", "map", "validate", "write"][..]),
    ] {
        for name in names {
            assert!(run[of][name].as_f64().is_some_and(|seconds| seconds >= 0.0), "{of}: {name}");
        }
    }
    assert!(run["manifest_seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
    let noted = stderr(&output);
    let line = noted.lines().find(|l| l.contains("a link to a folder")).unwrap_or_else(|| panic!("{noted}"));
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["level"], "WARN");
}
