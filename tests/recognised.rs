//! What other programs recognised: whole records of forms in every format against gold, real output of Tesseract and
//! RapidOCR, and input that is not as it should be.
//!
//! `RECOGNISED=DIR cargo test --test recognised -- --nocapture` measures another folder of `make_recognised.py`.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use std::path::PathBuf;
use support::records::{figures, records, score_against};

fn folder() -> String {
    std::env::var("RECOGNISED").unwrap_or_else(|_| "fixtures/recognised".into())
}

/// F1 of the forms of a format.
fn reaches(format: &str, ending: &str, bar: f64) {
    let files: Vec<(String, PathBuf)> = support::files(&format!("{}/{format}", folder()), ending);
    assert!(!files.is_empty(), "{format}");
    let mut all: Vec<Value> = Vec::new();
    for (stem, path) in &files {
        let found = records(&format!("{format}/{stem}.{ending}"), std::fs::read(path).unwrap());
        assert_eq!(found[0]["media"], "ocr", "{format}/{stem}");
        assert_eq!(found[0]["status"], "ok", "{format}/{stem} {}", found[0]);
        if std::env::var("SHOW").is_ok() {
            let score = score_against("fixtures/gold-forms", std::slice::from_ref(stem), &found);
            println!("{format}/{stem} {:.4}", score.total.figures().f1);
        }
        all.extend(found);
    }
    let stems: Vec<String> = files.into_iter().map(|(stem, _)| stem).collect();
    let score = score_against("fixtures/gold-forms", &stems, &all);
    let f1 = score.total.figures().f1;
    println!("{format}: {f1:.4}");
    assert!(f1 >= bar, "{format}: F1 {f1:.4}\n{}", figures(&score).chars().take(4000).collect::<String>());
}

macro_rules! formats {
    ($($name:ident: $folder:literal, $ending:literal, $bar:literal;)*) => {
        $(#[test]
        fn $name() {
            reaches($folder, $ending, $bar);
        })*
    };
}

// Formats that state tables.
formats! {
    page_with_tables: "page-tables", "xml", 0.98;
    pp_structure_2: "pp-structure2", "json", 0.98;
    pp_structure_3: "pp-structure3", "json", 0.98;
    mineru_content_list: "mineru-content-list", "json", 0.98;
    mineru_middle: "mineru-middle", "json", 0.98;
    azure_2: "azure2", "json", 0.98;
    azure_3: "azure3", "json", 0.98;
    textract: "textract", "json", 0.98;
    document_ai: "document-ai", "json", 0.98;
    docling: "docling", "json", 0.98;
}

// Words and rulings, then words alone.
formats! {
    hocr: "hocr", "hocr", 0.98;
    alto: "alto", "xml", 0.98;
    page_with_lines: "page-lines", "xml", 0.98;
    tesseract_tsv: "tsv", "tsv", 0.87;
    paddle: "paddle", "json", 0.84;
    paddlex: "paddlex", "json", 0.84;
    rapidocr: "rapidocr", "json", 0.84;
    textract_lines: "textract-lines", "json", 0.88;
}

/// F1 of one real output.
fn real(file: &str, stem: &str) -> f64 {
    let found = records(file, std::fs::read(support::repository(&format!("fixtures/recognised/{file}"))).unwrap());
    assert_eq!(found[0]["media"], "ocr", "{file}");
    let f1 = score_against("fixtures/gold-forms", &[stem.to_owned()], &found).total.figures().f1;
    println!("{file}: {f1:.4}");
    f1
}

/// First pages of three forms at 200 dpi. What was misread is the engines'; what is tested is that their files are read
/// and that nothing gets worse: they state no tables and no rulings.
#[test]
fn real_output_is_read() {
    let floors = [
        ("tesseract", "hocr", 0.61),
        ("tesseract", "tsv", 0.65),
        ("tesseract", "xml", 0.65),
        ("tesseract-psm3", "hocr", 0.39),
        ("rapidocr-3.10", "json", 0.82),
    ];
    for (engine, ending, floor) in floors {
        let all: f64 = ["003", "005", "020"].iter().map(|stem| real(&format!("{engine}/{stem}.{ending}"), stem)).sum();
        assert!(all / 3.0 >= floor, "{engine} {ending}: {}", all / 3.0);
    }
}

fn document(bytes: impl Into<Vec<u8>>) -> Value {
    records("input", bytes)[0].clone()
}

#[test]
fn the_engine_and_its_version_are_told() {
    let of = |file: &str| document(std::fs::read(support::repository(&format!("fixtures/recognised/{file}"))).unwrap());
    for (file, engine) in [
        ("tesseract/003.hocr", "tesseract 5.3.0"),
        ("tesseract/003.xml", "tesseract 5.3.0"),
        ("tesseract/003.tsv", "tesseract"),
        ("alto/003.xml", "example 4.2"),
        ("page-tables/003.xml", "example 2.0"),
        ("mineru-middle/003.json", "MinerU 2.1.0"),
        ("azure3/003.json", "Azure Document Intelligence prebuilt-layout 2023-07-31"),
        ("azure2/003.json", "Azure Form Recognizer 2.1.0"),
        ("textract/003.json", "AWS Textract 1.0"),
        ("docling/003.json", "docling (DoclingDocument 1.7.0)"),
    ] {
        assert_eq!(of(file)["ocr"], engine, "{file}");
    }
}

/// Grids of a file of `fixtures/recognised`.
fn grids(bytes: Vec<u8>) -> Vec<zhibiao::model::Grid> {
    let document = zhibiao::ingest::load(bytes, &zhibiao::ingest::Limits::default()).unwrap();
    let grid = |block| if let zhibiao::model::Block::Grid(grid) = block { Some(grid) } else { None };
    zhibiao::reconstruct::blocks(&document).filter_map(grid).collect()
}

#[test]
fn cells_have_places_and_scores() {
    for format in
        ["azure2/003.json", "azure3/003.json", "textract/003.json", "document-ai/003.json", "page-tables/003.xml"]
    {
        let bytes = std::fs::read(support::repository(&format!("fixtures/recognised/{format}"))).unwrap();
        let grids = grids(bytes);
        let cell = grids[0].cells.iter().find(|cell| cell.text.contains("65.07")).unwrap();
        assert!((cell.trust.0 - 0.97).abs() < 1e-4, "{format} {:?}", cell.trust);
        // Left edge, about the middle of the page; all formats place it alike, to the pixel of their resolution.
        let bbox = cell.bbox.unwrap();
        assert_eq!(cell.page, Some(1));
        assert!(bbox.x0 > 200.0 && bbox.x1 < 547.5 && bbox.y0 > 100.0 && bbox.y1 < 300.0, "{format} {bbox:?}");
    }
}

#[test]
fn pages_of_words_carry_a_score_for_every_glyph() {
    let bytes = std::fs::read(support::repository("fixtures/recognised/hocr/003.hocr")).unwrap();
    let document = zhibiao::ingest::load(bytes, &zhibiao::ingest::Limits::default()).unwrap();
    let zhibiao::model::Body::Pages(pages) = &document.body else { panic!("words are pages") };
    for page in pages.0.pages() {
        assert_eq!(page.scores.len(), page.glyphs.len());
        assert!(page.scores.iter().all(|score| (score - 0.97).abs() < 1e-6));
        assert!((page.width - 595.0).abs() < 1.0 && (page.height - 842.0).abs() < 1.0);
        assert!(!page.rulings.is_empty());
    }
}

#[test]
fn files_cut_anywhere_give_what_stood_before_and_say_so() {
    for file in [
        "alto/003.xml",
        "azure3/003.json",
        "textract/003.json",
        "paddle/003.json",
        "docling/003.json",
        "page-tables/003.xml",
    ] {
        let bytes = std::fs::read(support::repository(&format!("fixtures/recognised/{file}"))).unwrap();
        for share in [30, 60, 90] {
            let cut = document(bytes[..bytes.len() * share / 100].to_vec());
            assert_ne!(cut["status"], "ok", "{file} {share}: {cut}");
            assert_ne!(cut["error"]["code"], "panic", "{file} {share}: {cut}");
        }
    }
}

#[test]
fn hostile_numbers_do_no_harm() {
    let far = "2147483647";
    for text in [
        format!(r#"{{"analyzeResult":{{"apiVersion":"1","content":"甲","pages":[{{"pageNumber":{far},"width":1e308,"height":-1,"unit":"inch","spans":[],"words":[{{"content":"甲","polygon":[1e308,0,1,NaN,1,1,0,1],"span":{{"offset":{far},"length":{far}}}}}],"lines":[{{"content":"甲乙","polygon":[0,0,1,0,1,1,0,1]}}]}}],"tables":[{{"rowCount":{far},"columnCount":{far},"cells":[{{"rowIndex":{far},"columnIndex":{far},"rowSpan":{far},"columnSpan":{far},"content":"甲"}},{{"rowIndex":-1,"columnIndex":0.5,"content":"乙"}}]}}]}}}}"#),
        format!(r#"{{"Blocks":[{{"BlockType":"TABLE","Id":"a","Relationships":[{{"Type":"CHILD","Ids":["a","b"]}},{{"Type":"MERGED_CELL","Ids":["a","c","c"]}}]}},{{"BlockType":"CELL","Id":"b","RowIndex":{far},"ColumnIndex":0,"Relationships":[{{"Type":"CHILD","Ids":["a","b","w"]}}]}},{{"BlockType":"MERGED_CELL","Id":"c","RowIndex":1,"ColumnIndex":1,"RowSpan":{far},"ColumnSpan":{far},"Relationships":[{{"Type":"CHILD","Ids":["b","c"]}}]}},{{"BlockType":"WORD","Id":"w","Text":"甲"}}]}}"#),
        format!(r##"{{"schema_name":"DoclingDocument","body":{{"children":[{{"$ref":"#/groups/0"}},{{"$ref":"#/tables/0"}}]}},"groups":[{{"children":[{{"$ref":"#/groups/0"}},{{"$ref":"#/texts/{far}"}}]}}],"tables":[{{"data":{{"table_cells":[{{"start_row_offset_idx":{far},"end_row_offset_idx":0,"start_col_offset_idx":0,"end_col_offset_idx":{far},"text":"甲"}}]}}}}]}}"##),
        format!(r#"{{"text":"甲乙","pages":[{{"tables":[{{"layout":{{"textAnchor":{{"textSegments":[{{"startIndex":"{far}","endIndex":"1"}}]}}}},"bodyRows":[{{"cells":[{{"layout":{{"textAnchor":{{"textSegments":[{{"endIndex":"{far}"}}]}}}},"rowSpan":{far},"colSpan":{far}}}]}}]}}]}}]}}"#),
        format!("[[[[1e300,0],[1,0],[1,1],[0,1]],[\"甲\",{far}]],[[[0,0],[0,0],[0,0],[0,0]],[\"乙\",-5]],[[[0,0],[90000,0],[90000,1],[0,1]],[\"丙\",null]]]"),
        format!("<?xml version='1.0'?><PcGts><Page imageWidth='{far}' imageHeight='-1'><TableRegion><TableCell row='{far}' col='{far}' rowSpan='{far}' colSpan='{far}'><Coords points='a,b 1,NaN 3,4 5,6'/><TextLine><Coords points='0,0 9,9'/><TextEquiv conf='NaN'><Unicode>甲</Unicode></TextEquiv></TextLine></TableCell></TableRegion></Page></PcGts>"),
        format!("level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n5\t{far}\t1\t1\t1\t1\t-5\t1e9\t-1\tNaN\t{far}\t甲\n5\t1\t1\t1\t1\t1\t0\t0\t0\t0\t9\t乙\n5\t1\t1\t1\t1\t1\t3\t3\t90\t9\t9\t乙\n"),
        "<div class='ocr_page' title='bbox 0 0 1e38 -1; scan_res 1e-30'><span class='ocr_line' title='bbox 1 1 2 2; baseline inf 1; textangle 1e38'><span class='ocrx_word' title='bbox 0 0 1e9 1'>甲</span><span class='ocrx_word' title='bbox 0 0 90 10'>乙</span></span></div><html>".to_owned(),
        format!("[{}", "[".repeat(100_000)) + "1,2],['甲']]",
    ] {
        let document = document(text.clone());
        assert_ne!(document["error"]["code"], "panic", "{text}\n{document}");
    }
}

#[test]
fn json_of_other_kinds_stays_text() {
    for text in [r#"{"name":"甲","value":1}"#, "[1, 2, 3]", r#"{"txt":"甲"}"#, r#"{"BlockType":"none"}"#] {
        assert_eq!(document(text)["media"], "text", "{text}");
    }
}

#[test]
fn json_in_gb18030_and_as_python_prints_it_is_read() {
    let text = "[[[[[10.0, 10.0], [90.0, 10.0], [90.0, 30.0], [10.0, 30.0]], ('绩效自评表', 0.98)]]]";
    let encoded = encoding_rs::GB18030.encode(text).0.into_owned();
    for bytes in [text.as_bytes().to_vec(), encoded] {
        let document = document(bytes);
        assert_eq!((&document["media"], &document["status"]), (&"ocr".into(), &"ok".into()), "{document}");
    }
}

/// Numbers in their order, from a seed: the same mutations at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n.max(1)
    }
}

/// A file with a few things changed: bytes, parts taken out, doubled or put elsewhere, numbers that cannot be.
fn mutated(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    const NUMBERS: [&str; 10] =
        ["2147483647", "-1", "0", "1e308", "NaN", "4294967296", "0.5", "1e-300", "99999", "\"7\""];
    let mut out = bytes.to_vec();
    for _ in 0..1 + dice.below(6) {
        let at = dice.below(out.len());
        let end = (at + dice.below(400)).min(out.len());
        match dice.below(6) {
            0 => out[at] = dice.below(256) as u8,
            1 => drop(out.drain(at..end)),
            2 => {
                let part = out[at..end].to_vec();
                let to = dice.below(out.len());
                drop(out.splice(to..to, part));
            }
            3 => out.truncate(at + 1),
            _ => {
                let Some(start) = out[at..].iter().position(u8::is_ascii_digit) else { continue };
                let from = at + start;
                let digits = out[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
                drop(out.splice(from..from + digits, NUMBERS[dice.below(NUMBERS.len())].bytes()));
            }
        }
        if out.is_empty() {
            break;
        }
    }
    out
}

/// `MUTATIONS=N` tries N of each file instead of a few.
#[test]
fn mutated_files_do_no_harm() {
    let rounds: usize = std::env::var("MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
    let folders = std::fs::read_dir(support::repository("fixtures/recognised")).unwrap();
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    for (number, folder) in folders.iter().enumerate() {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let Some(bytes) = files.first().map(|file| std::fs::read(file).unwrap()) else { continue };
        let mut dice = Dice(number as u64 + 1);
        for round in 0..rounds {
            let input = mutated(&bytes, &mut dice);
            let found = document(input.clone());
            assert_ne!(found["error"]["code"], "panic", "{} round {round}: {}", folder.display(), found["error"]);
        }
    }
}
