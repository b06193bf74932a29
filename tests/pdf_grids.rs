//! Pages drawn by hand: what becomes a table, and what goes on over pages.

use std::sync::Arc;
use zhibiao::model::{
    Axis, Block, Body, DeferredPages, Direction, Document, Glyph, Grid, Media, Page, PageSource, Raster, Rect, Ruling,
    TextRun, Visibility,
};
use zhibiao::reconstruct;

#[derive(Debug)]
struct Pages(Vec<Page>);

impl PageSource for Pages {
    fn pages(&self) -> Box<dyn Iterator<Item = Page> + '_> {
        Box::new(self.0.iter().cloned())
    }

    fn render(&self, _: u32, _: f32) -> Option<Raster> {
        None
    }
}

struct Sheet(Page);

impl Sheet {
    fn new(number: u32) -> Self {
        Sheet(Page { number, width: 595.0, height: 842.0, ..Page::default() })
    }

    /// Text on a baseline, ideographs one em wide, other characters half.
    fn text(mut self, x: f32, y: f32, text: &str) -> Self {
        let (size, page) = (10.0f32, &mut self.0);
        let first = page.glyphs.len() as u32;
        let mut at = x;
        for c in text.chars() {
            let width = if c.is_ascii() { size / 2.0 } else { size };
            let start = page.text.len() as u32;
            page.text.push(c);
            let bbox = Rect::new(at, y - 8.8, at + width, y + 1.2);
            page.glyphs.push(Glyph { start, end: page.text.len() as u32, bbox });
            at += width;
        }
        page.runs.push(TextRun {
            glyphs: first..page.glyphs.len() as u32,
            bbox: Rect::new(x, y - 8.8, at, y + 1.2),
            baseline: y,
            size,
            direction: Direction::Right,
            vertical: false,
            colour: [0; 3],
            bold: false,
            visibility: Visibility::Visible,
            artifact: false,
            mark: None,
        });
        self
    }

    fn line(mut self, axis: Axis, at: f32, from: f32, to: f32) -> Self {
        self.0.rulings.push(Ruling { axis, at, from, to, width: 0.5, colour: [0; 3] });
        self
    }

    /// A full grid, and texts row by row.
    fn table(mut self, xs: &[f32], ys: &[f32], rows: &[&[&str]]) -> Self {
        for &x in xs {
            self = self.line(Axis::Vertical, x, ys[0], ys[ys.len() - 1]);
        }
        for &y in ys {
            self = self.line(Axis::Horizontal, y, xs[0], xs[xs.len() - 1]);
        }
        self.texts(xs, ys, rows)
    }

    /// Each line of a text on a baseline of its own, from the cell's top.
    fn texts(mut self, xs: &[f32], ys: &[f32], rows: &[&[&str]]) -> Self {
        for (row, texts) in rows.iter().enumerate() {
            for (column, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                for (number, line) in text.split('\n').enumerate() {
                    self = self.text(xs[column] + 3.0, ys[row] + 12.0 + 12.0 * number as f32, line);
                }
            }
        }
        self
    }
}

fn blocks(sheets: Vec<Sheet>) -> Vec<Block<'static>> {
    let pages = Pages(sheets.into_iter().map(|sheet| sheet.0).collect());
    let body = Body::Pages(DeferredPages(Arc::new(pages)));
    let document = Document { media: Media::Pdf, encoding: None, pages: None, ocr: None, body, findings: Vec::new() };
    let owned = |block: Block<'_>| match block {
        Block::Line(line) => {
            let text = std::borrow::Cow::Owned(line.text.into_owned());
            Block::Line(zhibiao::model::Line { text, page: line.page, heading: line.heading })
        }
        Block::Grid(grid) => Block::Grid(grid),
        Block::PageBreak => Block::PageBreak,
        Block::Finding(finding) => Block::Finding(finding),
    };
    reconstruct::blocks(&document).map(owned).collect()
}

fn grids(sheets: Vec<Sheet>) -> Vec<Grid> {
    blocks(sheets).into_iter().filter_map(|b| if let Block::Grid(grid) = b { Some(grid) } else { None }).collect()
}

fn lines(sheets: Vec<Sheet>) -> Vec<String> {
    let text = |b| if let Block::Line(line) = b { Some(line.text.into_owned()) } else { None };
    blocks(sheets).into_iter().filter_map(text).filter(|text| !text.is_empty()).collect()
}

/// Cells as `text@row,column`, spans told where there are some.
fn shown(grid: &Grid) -> Vec<String> {
    let cell = |c: &zhibiao::model::Cell| match (c.row_span, c.column_span) {
        (1, 1) => format!("{}@{},{}", c.text, c.row, c.column),
        (rows, columns) => format!("{}@{},{}+{rows}×{columns}", c.text, c.row, c.column),
    };
    grid.cells.iter().map(cell).collect()
}

const XS: [f32; 4] = [60.0, 160.0, 300.0, 500.0];

/// Row edges from a place on, 20 points apart.
fn rows_from(y: f32, count: usize) -> Vec<f32> {
    (0..=count).map(|i| y + 20.0 * i as f32).collect()
}

fn header_and(names: &[&'static str]) -> Vec<Vec<&'static str>> {
    let mut rows = vec![vec!["指标", "目标", "完成"]];
    rows.extend(names.iter().map(|name| vec![*name, "12", "13"]));
    rows
}

fn put(sheet: Sheet, y: f32, rows: &[Vec<&str>]) -> Sheet {
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    sheet.table(&XS, &rows_from(y, rows.len()), &rows)
}

#[test]
fn a_ruled_table_has_places_and_boxes() {
    let found = grids(vec![put(Sheet::new(1).text(60.0, 60.0, "绩效自评表"), 80.0, &header_and(&["道路"]))]);
    let [grid] = found.try_into().unwrap();
    assert_eq!(shown(&grid), ["指标@0,0", "目标@0,1", "完成@0,2", "道路@1,0", "12@1,1", "13@1,2"]);
    let b = grid.cells[4].bbox.unwrap();
    assert_eq!((b.x0, b.y0, b.x1, b.y1), (160.0, 100.0, 300.0, 120.0));
    assert_eq!((grid.page, grid.cells[0].page), (Some(1), Some(1)));
}

#[test]
fn a_table_goes_on_under_its_repeated_header() {
    let first = Sheet::new(1).text(200.0, 40.0, "某某单位").text(290.0, 815.0, "- 1 -");
    let second = Sheet::new(2).text(200.0, 40.0, "某某单位").text(290.0, 815.0, "- 2 -");
    let sheets =
        vec![put(first, 660.0, &header_and(&["甲", "乙", "丙"])), put(second, 80.0, &header_and(&["丁", "戊"]))];
    let [grid] = grids(sheets).try_into().unwrap();
    assert_eq!(grid.rows, 6);
    let names: Vec<_> =
        grid.cells.iter().filter(|c| c.column == 0).map(|c| (c.text.as_str(), c.page.unwrap())).collect();
    assert_eq!(names, [("指标", 1), ("甲", 1), ("乙", 1), ("丙", 1), ("丁", 2), ("戊", 2)]);
}

#[test]
fn headers_and_page_numbers_are_told_once_or_not_at_all() {
    let page = |n: u32| {
        let sheet = Sheet::new(n).text(200.0, 40.0, "某某单位").text(290.0, 815.0, &format!("- {n} -"));
        sheet.text(60.0, 100.0, ["第一段文字。", "第二段文字。"][n as usize - 1])
    };
    assert_eq!(lines(vec![page(1), page(2)]), ["某某单位", "第一段文字。", "第二段文字。"]);
}

#[test]
fn a_title_between_makes_two_tables() {
    let first = put(Sheet::new(1), 700.0, &header_and(&["甲", "乙"]));
    let second = put(Sheet::new(2).text(60.0, 70.0, "附件二：资金情况表"), 80.0, &header_and(&["丁", "戊"]));
    assert_eq!(grids(vec![first, second]).len(), 2);
}

#[test]
fn a_table_far_above_the_pages_foot_has_ended() {
    let other = [vec!["甲", "1", "2"], vec!["乙", "3", "4"]];
    let sheets = vec![put(Sheet::new(1), 100.0, &header_and(&["甲", "乙"])), put(Sheet::new(2), 80.0, &other)];
    assert_eq!(grids(sheets).len(), 2);
}

#[test]
fn a_row_cut_by_the_pages_end_is_one_row() {
    let first = put(Sheet::new(1), 700.0, &header_and(&["甲"]));
    // Twelve characters fill the third column's 200 points less than two; the text breaks off in a sentence.
    let full = "本年度资金按计划下达全部用于项目建设支出";
    let first = first.table(&XS, &[740.0, 760.0], &[&["乙", "5", full]]);
    let second = Sheet::new(2).table(&XS, &[80.0, 100.0, 120.0], &[&["", "", "无结余。"], &["丙", "6", "完成"]]);
    let [grid] = grids(vec![first, second]).try_into().unwrap();
    assert_eq!(grid.rows, 4);
    let cut = grid.cells.iter().find(|c| c.row == 2 && c.column == 2).unwrap();
    assert_eq!(cut.text, format!("{full}无结余。"));
    assert_eq!(cut.page, Some(1));
}

#[test]
fn a_span_cut_by_the_pages_end_is_one_span() {
    let ys = [700.0, 720.0, 740.0, 760.0];
    let mut first = Sheet::new(1).texts(&XS, &ys, &[&["指标", "目标", "完成"], &["产出", "a1", "1"], &["", "a2", "2"]]);
    let mut second = Sheet::new(2).texts(&XS, &[80.0, 100.0], &[&["", "a3", "3"], &["", "a4", "4"]]);
    for x in XS {
        first = first.line(Axis::Vertical, x, 700.0, 760.0);
        second = second.line(Axis::Vertical, x, 80.0, 120.0);
    }
    for (y, from) in [(700.0, XS[0]), (720.0, XS[0]), (740.0, XS[1]), (760.0, XS[0])] {
        first = first.line(Axis::Horizontal, y, from, XS[3]);
    }
    for (y, from) in [(80.0, XS[0]), (100.0, XS[1]), (120.0, XS[0])] {
        second = second.line(Axis::Horizontal, y, from, XS[3]);
    }
    let [grid] = grids(vec![first, second]).try_into().unwrap();
    assert_eq!(grid.rows, 5);
    let first_column: Vec<_> =
        grid.cells.iter().filter(|c| c.column == 0).map(|c| (c.text.as_str(), c.row_span)).collect();
    assert_eq!(first_column, [("指标", 1), ("产出", 4)]);
}

#[test]
fn a_list_cut_by_the_pages_end_is_one_cell() {
    let first = put(Sheet::new(1), 680.0, &header_and(&["甲"]));
    let first = first.table(&XS, &[720.0, 760.0], &[&["乙", "5", "1.道路建设12个\n2.桥梁3座"]]);
    let second =
        Sheet::new(2).table(&XS, &[80.0, 100.0, 120.0], &[&["", "", "3.农村饮水7个"], &["丙", "6", "1.培训3次"]]);
    let [grid] = grids(vec![first, second]).try_into().unwrap();
    assert_eq!(grid.rows, 4);
    let lists: Vec<_> = grid.cells.iter().filter(|c| c.column == 2 && c.row > 1).map(|c| c.text.as_str()).collect();
    assert_eq!(lists, ["1.道路建设12个\n2.桥梁3座\n3.农村饮水7个", "1.培训3次"]);
}

/// Rows of four columns with nothing drawn, 20 points apart.
fn bare_rows(mut sheet: Sheet, y: f32, rows: &[[&str; 4]]) -> Sheet {
    for (row, texts) in rows.iter().enumerate() {
        for (text, x) in texts.iter().zip([60.0, 180.0, 300.0, 420.0]).filter(|(text, _)| !text.is_empty()) {
            sheet = sheet.text(x, y + 20.0 * row as f32, text);
        }
    }
    sheet
}

/// A table without lines from the top of a page to its foot.
fn bare_table() -> Sheet {
    let row = ["参保人数", "1200", "1180", "98.33%"];
    let mut rows = vec![["指标", "目标", "完成", "得分"]];
    rows.extend(std::iter::repeat_n(row, 36));
    bare_rows(Sheet::new(1), 70.0, &rows)
}

#[test]
fn a_row_alone_on_the_last_page_stands_in_the_columns_of_the_page_before() {
    let second = bare_rows(Sheet::new(2), 70.0, &[["报销比例", "", "75", "93.75%"]]);
    let [grid] = grids(vec![bare_table(), second]).try_into().unwrap();
    let last: Vec<_> = grid.cells.iter().filter(|c| c.row == 37).map(|c| (c.column, c.text.as_str())).collect();
    assert_eq!((grid.rows, last), (38, vec![(0, "报销比例"), (1, ""), (2, "75"), (3, "93.75%")]));
    // Who signs is no row.
    let second = bare_rows(Sheet::new(2), 70.0, &[["填表人：张三", "", "", "日期：5日"]]);
    assert_eq!(grids(vec![bare_table(), second])[0].rows, 37);
}

#[test]
fn a_column_that_is_blank_on_the_new_page_is_known_from_the_page_before() {
    let rows = [["报销比例", "80", "", "93.75%"], ["道路建设", "12", "", "100%"], ["农村饮水", "7", "", "87%"]];
    let [grid] = grids(vec![bare_table(), bare_rows(Sheet::new(2), 70.0, &rows)]).try_into().unwrap();
    let scores: Vec<_> = grid.cells.iter().filter(|c| c.column == 3 && c.row > 36).map(|c| c.text.as_str()).collect();
    assert_eq!((grid.rows, scores), (40, vec!["93.75%", "100%", "87%"]));
}

#[test]
fn frames_check_boxes_and_underlines_are_no_tables() {
    let mut sheet = Sheet::new(1).text(70.0, 100.0, "本段文字在框内，不是表格。").text(70.0, 114.0, "第二行。");
    for (axis, at, from, to) in [
        (Axis::Horizontal, 85.0, 60.0, 500.0),
        (Axis::Horizontal, 120.0, 60.0, 500.0),
        (Axis::Vertical, 60.0, 85.0, 120.0),
        (Axis::Vertical, 500.0, 85.0, 120.0),
        (Axis::Horizontal, 202.0, 60.0, 160.0),
        (Axis::Horizontal, 290.0, 60.0, 68.0),
        (Axis::Horizontal, 298.0, 60.0, 68.0),
        (Axis::Vertical, 60.0, 290.0, 298.0),
        (Axis::Vertical, 68.0, 290.0, 298.0),
    ] {
        sheet = sheet.line(axis, at, from, to);
    }
    let sheet = || Sheet(sheet.0.clone()).text(60.0, 200.0, "有下划线的文字").text(72.0, 297.0, "是");
    assert!(grids(vec![sheet()]).is_empty());
    assert_eq!(lines(vec![sheet()]), ["本段文字在框内，不是表格。", "第二行。", "有下划线的文字", "是"]);
}

#[test]
fn a_table_of_many_pages_is_handed_out_in_parts() {
    let sheets: Vec<Sheet> = (1..=200)
        .map(|number| {
            let names: Vec<String> = (0..34).map(|row| format!("{}", number * 100 + row)).collect();
            let rows: Vec<Vec<&str>> = names.iter().map(|name| vec![name.as_str(), "12", "13"]).collect();
            put(Sheet::new(number), 80.0, &rows)
        })
        .collect();
    let found = grids(sheets);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].first_row, 0);
    assert_eq!(found[1].first_row, found[0].rows);
    assert_eq!(found[0].rows + found[1].rows, 200 * 34);
}

#[test]
fn a_page_that_cannot_be_trusted_says_so() {
    let mut sheet = Sheet::new(3);
    sheet.0.distrust = Some("more than half of its glyphs have no text".into());
    let found = blocks(vec![sheet]);
    let message = found.iter().find_map(|b| if let Block::Finding(f) = b { Some(f.message.clone()) } else { None });
    assert!(message.unwrap().contains("page 3: more than half of its glyphs have no text; it needs"));
}
