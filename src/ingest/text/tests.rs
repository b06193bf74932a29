use super::load;
use crate::model::{Body, Code, Document, Media, Severity};
use encoding_rs::{BIG5, Encoding, GB18030, UTF_8};
use proptest::prelude::*;

const SHORT: &str = "项目支出绩效自评表（2022年度）主管部门：棠溪镇人民政府，单位：万元";
const SHORT_TRADITIONAL: &str = "項目支出績效自評表（2022年度）主管部門：棠溪鎮人民政府，單位：萬元";

fn text_of(document: &Document) -> &str {
    match &document.body {
        Body::Text(text) => text,
        _ => panic!("a text was expected"),
    }
}

fn read(bytes: &[u8]) -> (String, &'static str, f64) {
    let document = load(bytes.to_vec()).unwrap();
    assert_eq!(document.media, Media::Text);
    let encoding = document.encoding.clone().unwrap();
    (text_of(&document).to_owned(), encoding.name, encoding.confidence)
}

fn encode(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding.encode(text);
    assert!(!unmappable, "{text} in {}", encoding.name());
    bytes.into_owned()
}

fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|u| if big_endian { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
}

#[test]
fn each_encoding_is_told_from_a_short_text() {
    assert_eq!(read(SHORT.as_bytes()), (SHORT.into(), "utf-8", 1.0));
    assert_eq!(read(format!("\u{FEFF}{SHORT}").as_bytes()), (SHORT.into(), "utf-8", 1.0));
    for text in [SHORT, SHORT_TRADITIONAL] {
        let (back, name, confidence) = read(&encode(text, GB18030));
        assert_eq!((back.as_str(), name), (text, "gb18030"));
        assert!(confidence > 0.8, "{confidence}");
        for big_endian in [false, true] {
            let name = if big_endian { "utf-16be" } else { "utf-16le" };
            let (back, told, _) = read(&utf16(text, big_endian));
            assert_eq!((back.as_str(), told), (text, name));
            let (back, told, confidence) = read(&utf16(&format!("\u{FEFF}{text}"), big_endian));
            assert_eq!((back.as_str(), told, confidence), (text, name, 1.0));
        }
    }
    let (back, name, confidence) = read(&encode(SHORT_TRADITIONAL, BIG5));
    assert_eq!((back.as_str(), name), (SHORT_TRADITIONAL, "big5"));
    assert!(confidence > 0.8, "{confidence}");
}

#[test]
fn chinese_characters_alone_are_enough() {
    let simplified = "全年实际完成情况与年度总体目标";
    let traditional = "全年實際完成情況與年度總體目標";
    for (text, bytes, name) in [
        (simplified, encode(simplified, GB18030), "gb18030"),
        (traditional, encode(traditional, BIG5), "big5"),
        (traditional, encode(traditional, GB18030), "gb18030"),
        (simplified, utf16(simplified, false), "utf-16le"),
        (simplified, utf16(simplified, true), "utf-16be"),
        (simplified, simplified.into(), "utf-8"),
    ] {
        let (back, told, _) = read(&bytes);
        assert_eq!((back.as_str(), told), (text, name));
    }
}

#[test]
fn every_seed_survives_every_encoding() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/seeds")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap().replace('\r', "");
        for (bytes, name) in [
            (encode(&text, GB18030), "gb18030"),
            (utf16(&text, false), "utf-16le"),
            (utf16(&text, true), "utf-16be"),
            (encode(&text, UTF_8), "utf-8"),
        ] {
            let (back, told, _) = read(&bytes);
            assert_eq!(told, name);
            assert!(back == text, "{name}");
            // Any stretch of the text is told as well, whatever it begins and ends with.
            for start in (0..bytes.len().saturating_sub(400)).step_by(1_000).filter(|_| name == "gb18030") {
                let (stretch, _, _) = GB18030.decode(&bytes[start..]);
                let stretch: String = stretch.chars().skip(1).take(120).collect();
                let stretch = stretch.replace('\u{FFFD}', "");
                if stretch.chars().filter(|c| *c > '\u{4E00}').count() < 20 {
                    continue;
                }
                let (back, told, _) = read(&GB18030.encode(&stretch).0);
                assert_eq!(told, "gb18030", "{stretch}");
                assert_eq!(back, stretch);
            }
        }
    }
}

#[test]
fn a_guess_is_reported() {
    let document = load(encode(SHORT, GB18030)).unwrap();
    assert_eq!(document.findings.len(), 1);
    assert_eq!((document.findings[0].code, document.findings[0].severity), (Code::EncodingDetected, Severity::Info));
    assert!(load(SHORT.into()).unwrap().findings.is_empty());
}

#[test]
fn a_text_cut_inside_a_character_is_read() {
    let long = SHORT.repeat(20);
    let mut bytes = long.clone().into_bytes();
    bytes.truncate(bytes.len() - 1);
    let document = load(bytes).unwrap();
    let whole = long.strip_suffix('元').unwrap();
    assert_eq!(text_of(&document), format!("{whole}\u{FFFD}"));
    assert_eq!((document.findings[0].code, document.findings[0].severity), (Code::UnreadableText, Severity::Warning));
    assert!(document.findings[0].message.contains("middle of a character"));

    let mut bytes = encode(&long, GB18030);
    bytes.truncate(bytes.len() - 1);
    let document = load(bytes).unwrap();
    assert_eq!(text_of(&document), format!("{whole}\u{FFFD}"));
    assert_eq!(document.encoding.unwrap().name, "gb18030");
    assert_eq!(document.findings.len(), 2);

    let mut bytes = utf16(&long, false);
    bytes.truncate(bytes.len() - 1);
    assert_eq!(read(&bytes).0, format!("{whole}\u{FFFD}"));
}

#[test]
fn scratched_utf8_is_still_utf8() {
    let mut bytes = SHORT.repeat(50).into_bytes();
    bytes[3] = 0xFF;
    let document = load(bytes).unwrap();
    assert_eq!(document.encoding.as_ref().unwrap().name, "utf-8");
    assert!(text_of(&document).starts_with("项\u{FFFD}"));
    assert_eq!(document.findings[0].severity, Severity::Warning);

    // One character in fifty unreadable: the document is damaged.
    let bad = SHORT.as_bytes().chunks(75).map(|c| [c, &[0xFF]].concat()).collect::<Vec<_>>().concat();
    assert_eq!(load(bad.repeat(5)).unwrap().findings[0].severity, Severity::Error);
}

#[test]
fn nul_and_control_bytes_stay() {
    let text = "项目\0名称\u{7}：委托\u{1}业务，主管部门和实施单位见附件，年度资金总额一百万元";
    assert_eq!(read(text.as_bytes()).0, text);
    let padded = [SHORT.as_bytes(), &[0; 4096]].concat();
    assert!(read(&padded).0.starts_with(SHORT));
}

#[test]
fn what_is_no_text_is_refused() {
    // A byte sequence without structure: a linear congruential generator's.
    let mut state = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(20_000)
    .collect();
    for (bytes, code) in [
        (noise, "binary"),
        (vec![], "empty"),
        (b" \r\n\t \x0C\n".to_vec(), "empty"),
        ("\u{FEFF}\u{3000}\n".into(), "empty"),
        (vec![0; 64], "empty"),
    ] {
        let error = load(bytes).unwrap_err();
        assert_eq!(error.code, code, "{}", error.message);
        assert!(error.message.contains(": "), "says what to do: {}", error.message);
    }
}

#[test]
fn line_ends_are_unified_in_any_encoding() {
    let (text, ..) = read(&utf16("表一\r\n表二\r表三\n完", false));
    assert_eq!(text, "表一\n表二\n表三\n完");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(document) = load(bytes) {
            let encoding = document.encoding.unwrap();
            prop_assert!((0.0..=1.0).contains(&encoding.confidence));
        }
    }

    #[test]
    fn valid_utf8_is_never_changed(text in "[\\u{4E00}-\\u{9FFF}a-z0-9，。\\n\\t]{1,80}") {
        prop_assume!(!text.trim().is_empty());
        prop_assume!(text.contains(|c| c > '\u{4E00}'));
        prop_assert_eq!(read(text.as_bytes()).0, text);
    }
}
