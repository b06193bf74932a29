//! Web pages and web archives against what was rendered.
#![allow(clippy::unwrap_used)]

mod rendered;

use proptest::prelude::*;
use rendered::{expected, files, fixtures, seen};
use zhibiao::ingest::{Limits, load, mhtml};

fn every_page_is_read_as_rendered(folder: &str) {
    for path in files(folder) {
        let document = load(std::fs::read(&path).unwrap(), &Limits::default()).unwrap();
        let (seen, expected) = (seen(&document), expected(path.file_stem().unwrap().to_str().unwrap()));
        // A page shows a run of white space as one space.
        let folded = |text: &String| text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        for (seen, expected) in seen.iter().map(folded).zip(expected.iter().map(folded)) {
            assert_eq!(seen, expected, "{}", path.display());
        }
        assert_eq!(seen.len(), expected.len(), "{}: {seen:#?}", path.display());
    }
}

#[test]
fn a_government_page_without_its_navigation() {
    every_page_is_read_as_rendered("html-page");
}

#[test]
fn a_web_archive() {
    every_page_is_read_as_rendered("mhtml-email");
}

#[test]
fn a_mail_without_a_page_is_refused() {
    let mail = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhello";
    assert_eq!(load(mail.to_vec(), &Limits::default()).unwrap_err().code, "unsupported");
}

#[test]
fn a_cut_web_archive_gives_what_is_there() {
    let whole = std::fs::read(fixtures().join("mhtml-email/001.mhtml")).unwrap();
    for end in (0..whole.len()).step_by(501) {
        let _ = mhtml::load(&whole[..end], &Limits::default());
    }
    assert!(mhtml::load(&whole[..whole.len() / 2], &Limits::default()).is_ok());
}

proptest! {
    #[test]
    fn any_parts_do_not_panic(parts in proptest::collection::vec(prop_oneof![
        Just("--b"), Just("--b--"), Just("\r\n"), Just("\n\n"), Just("Content-Type: text/html; charset=gbk\n"), Just("Content-Type: multipart/mixed; boundary=b\n"),
        Just("Content-Transfer-Encoding: base64\n"), Just("Content-Transfer-Encoding: quoted-printable\n"), Just("=\r\n"), Just("=D6=D"), Just("5b6X"), Just("<table>"),
    ], 0..40)) {
        let file = format!("MIME-Version: 1.0\nContent-Type: multipart/related; boundary=\"b\"\n\n{}", parts.concat());
        let _ = mhtml::load(file.as_bytes(), &Limits::default());
    }
}
