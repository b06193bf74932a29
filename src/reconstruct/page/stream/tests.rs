//! Small pages on which one thing each decides what is a table.

use super::super::sketch::Sketch;
use super::super::table::Table;
use super::super::words::words;
use crate::model::{Page, Rect};

fn tables(sketch: Sketch) -> Vec<Table> {
    let page = sketch.page();
    let words = words(&page);
    let all: Vec<u32> = (0..words.len() as u32).collect();
    super::tables(&page, &words, &all, &[], &page.rulings, &super::Around::default())
}

/// Texts of a row, blank ones as "".
fn row(table: &Table, row: usize) -> Vec<&str> {
    table.cells.iter().filter(|cell| cell.row == row).map(|cell| cell.text.as_str()).collect()
}

/// (row, column, row span, column span) of a text.
fn place(table: &Table, text: &str) -> Option<(usize, usize, usize, usize)> {
    let cell = table.cells.iter().find(|cell| cell.text == text)?;
    Some((cell.row, cell.column, cell.row_span, cell.column_span))
}

/// Rows with a name and three numbers, right-aligned, `step` apart.
fn rows(sketch: &mut Sketch, y: f32, step: f32, count: usize) {
    for (number, name) in
        ["Austria", "Belgium", "Cyprus", "Denmark", "Estonia", "Finland"].iter().take(count).enumerate()
    {
        let y = y + step * number as f32;
        sketch.text(50.0, y, 10.0, name);
        for (column, value) in ["1,234", "56.7", "890"].iter().enumerate() {
            sketch.text(250.0 + 100.0 * column as f32 - 5.0 * value.len() as f32, y, 10.0, value);
        }
    }
}

fn head(sketch: &mut Sketch, y: f32) {
    sketch.text(50.0, y, 10.0, "Country");
    for (column, heading) in ["Budget", "Share", "Cases"].iter().enumerate() {
        sketch.text(250.0 + 100.0 * column as f32 - 5.0 * heading.len() as f32, y, 10.0, heading);
    }
}

#[test]
fn a_title_above_the_first_rule_is_no_row() {
    let mut sketch = Sketch::new(600.0, 800.0);
    sketch.text(180.0, 86.0, 12.0, "Funds\u{1}of\u{1}the\u{1}year");
    sketch.horizontal(92.0, 45.0, 455.0).horizontal(109.0, 45.0, 455.0).horizontal(186.0, 45.0, 455.0);
    head(&mut sketch, 104.0);
    rows(&mut sketch, 122.0, 12.0, 6);
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rows(), found[0].columns()), (7, 4));
    assert_eq!(row(&found[0], 0), ["Country", "Budget", "Share", "Cases"]);
}

#[test]
fn a_label_above_indented_rows_is_a_row() {
    let mut sketch = Sketch::new(600.0, 800.0);
    head(&mut sketch, 88.0);
    sketch.horizontal(92.0, 45.0, 455.0);
    let lines = ["District one", " Apache", " Gila", " Graham", "District two", " Mohave", " Navajo", " Pima"];
    for (at, label) in lines.iter().enumerate() {
        let y = 104.0 + 12.0 * at as f32;
        let name = label.trim_start();
        sketch.text(if name == *label { 50.0 } else { 62.0 }, y, 10.0, &name.replace(' ', "\u{1}"));
        for (column, value) in ["1,234", "56.7", "890"].iter().enumerate().filter(|_| name != *label) {
            sketch.text(250.0 + 100.0 * column as f32 - 5.0 * value.len() as f32, y, 10.0, value);
        }
    }
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    let first: Vec<&str> = (0..found[0].rows()).map(|at| row(&found[0], at)[0]).collect();
    let expected = ["Country", "District one", "Apache", "Gila", "Graham", "District two", "Mohave", "Navajo", "Pima"];
    assert_eq!(first, expected);
}

#[test]
fn headings_as_wide_as_their_columns_are_no_justified_line() {
    let mut sketch = Sketch::new(600.0, 800.0);
    sketch.horizontal(92.0, 45.0, 400.0);
    let headings = ["Loops", "Trees", "Traces", "Aborts", "Flushes"];
    let mut right = 180.0;
    for (column, heading) in headings.iter().enumerate() {
        // Letters of the sketch are half an em wide: gaps of 13 points between all headings.
        right += 13.0 + 5.0 * heading.len() as f32;
        sketch.text(right - 5.0 * heading.len() as f32, 88.0, 10.0, heading);
        for row in 0..6 {
            let value = format!("{}", 7 + 3 * row + column);
            sketch.text(right - 5.0 * value.len() as f32, 104.0 + 12.0 * row as f32, 10.0, &value);
        }
    }
    for (row, name) in ["cube", "morph", "trees", "nbody", "sieve", "bits"].iter().enumerate() {
        sketch.text(50.0, 104.0 + 12.0 * row as f32, 10.0, name);
    }
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!(row(&found[0], 0), ["", "Loops", "Trees", "Traces", "Aborts", "Flushes"]);
    assert_eq!(row(&found[0], 1), ["cube", "7", "8", "9", "10", "11"]);
}

#[test]
fn a_frame_parts_a_table_from_the_text_around() {
    let mut sketch = Sketch::new(600.0, 800.0);
    sketch.text(50.0, 88.0, 10.0, "What\u{1}follows\u{1}was\u{1}counted\u{1}in\u{1}May");
    sketch.frame(45.0, 92.0, 455.0, 186.0);
    head(&mut sketch, 104.0);
    rows(&mut sketch, 118.0, 12.0, 6);
    sketch.text(50.0, 196.0, 10.0, "Other\u{1}years\u{1}were\u{1}not\u{1}counted");
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!(row(&found[0], 0)[0], "Country");
    assert_eq!(row(&found[0], found[0].rows() - 1), ["Finland", "1,234", "56.7", "890"]);
}

#[test]
fn bars_between_labels_and_numbers_are_a_chart() {
    let mut sketch = Sketch::new(600.0, 800.0);
    for (number, (name, value)) in
        [("Malta", 26), ("Italy", 51), ("Latvia", 22), ("Spain", 93), ("Poland", 83)].iter().enumerate()
    {
        let (y, end) = (100.0 + 20.0 * number as f32, 130.0 + 2.0 * *value as f32);
        sketch.text(120.0 - 5.0 * name.len() as f32, y, 10.0, name);
        sketch.fill(Rect::new(130.0, y - 10.0, end, y + 3.0), [100, 149, 237]);
        sketch.text(end + 4.0, y, 10.0, &value.to_string());
    }
    sketch.vertical(130.0, 85.0, 190.0);
    assert_eq!(tables(sketch), []);
}

#[test]
fn the_last_digits_of_broken_numbers_are_no_row() {
    let mut sketch = Sketch::new(600.0, 800.0);
    sketch.text(50.0, 100.0, 10.0, "name").text(150.0, 100.0, 10.0, "sum").text(200.0, 100.0, 10.0, "all");
    for row in 0..5 {
        let y = 116.0 + 24.0 * row as f32;
        sketch.text(50.0, y, 10.0, "school").text(150.0, y, 10.0, "12345.6").text(200.0, y, 10.0, "98765.4");
        sketch.text(150.0, y + 12.0, 10.0, "7").text(200.0, y + 12.0, 10.0, "32");
    }
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rows(), 6);
    assert_eq!(row(&found[0], 1), ["school", "12345.6\n7", "98765.4\n32"]);
}

#[test]
fn a_heading_stands_over_the_middle_of_what_it_covers() {
    let mut sketch = Sketch::new(600.0, 800.0);
    // Over three columns whose headings repeat below the second one, too.
    sketch.text(50.0, 112.0, 10.0, "Country").text(205.0, 100.0, 10.0, "Loans").text(385.0, 100.0, 10.0, "Grants");
    for (column, year) in ["2009", "2010", "2011", "2009", "2010", "2011"].iter().enumerate() {
        sketch.text(150.0 + 60.0 * column as f32, 112.0, 10.0, year);
    }
    for (number, name) in ["Malta", "Italy", "Spain", "Latvia"].iter().enumerate() {
        let y = 126.0 + 13.0 * number as f32;
        sketch.text(50.0, y, 10.0, name);
        for column in 0..6 {
            sketch.text(150.0 + 60.0 * column as f32, y, 10.0, "12.5");
        }
    }
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!(place(&found[0], "Loans"), Some((0, 1, 1, 3)));
    assert_eq!(place(&found[0], "Grants"), Some((0, 4, 1, 3)));
    assert_eq!(place(&found[0], "Country"), Some((0, 0, 2, 1)));
}

/// Texts without white space, as `text@row,column+rows×columns`.
fn cells(table: &Table) -> Vec<String> {
    let text = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let filled = table.cells.iter().filter(|cell| !cell.text.is_empty());
    filled.map(|c| format!("{}@{},{}+{}×{}", text(&c.text), c.row, c.column, c.row_span, c.column_span)).collect()
}

#[test]
fn a_label_in_the_middle_is_a_row_of_its_own() {
    let mut sketch = Sketch::new(600.0, 800.0);
    sketch.horizontal(92.0, 45.0, 455.0).horizontal(109.0, 45.0, 455.0).horizontal(200.0, 45.0, 455.0);
    head(&mut sketch, 104.0);
    rows(&mut sketch, 122.0, 14.0, 2);
    // The middle between 50 and 450, over the first column of numbers.
    sketch.text(242.5, 150.0, 10.0, "Sex");
    for (number, name) in ["Men", "Women"].iter().enumerate() {
        let y = 164.0 + 14.0 * number as f32;
        sketch.text(50.0, y, 10.0, name).text(230.0, y, 10.0, "12.3").text(330.0, y, 10.0, "45.6");
        sketch.text(430.0, y, 10.0, "78.9");
    }
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rows(), found[0].columns()), (6, 4));
    assert_eq!(place(&found[0], "Sex"), Some((3, 0, 1, 4)));
}

#[test]
fn signs_of_currency_belong_to_the_numbers_after_them() {
    let mut sketch = Sketch::new(600.0, 800.0);
    sketch.horizontal(109.0, 45.0, 455.0);
    head(&mut sketch, 104.0);
    rows(&mut sketch, 122.0, 14.0, 5);
    // At the left edge of the first and the second column of numbers, in the first and the last row.
    for y in [122.0, 178.0] {
        sketch.text(200.0, y, 10.0, "$").text(258.0, y, 10.0, "$");
    }
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].columns(), 4);
    let first: Vec<String> = cells(&found[0]).into_iter().filter(|cell| cell.contains("@1,")).collect();
    assert_eq!(first, ["Austria@1,0+1×1", "$1,234@1,1+1×1", "$56.7@1,2+1×1", "890@1,3+1×1"]);
}

#[test]
fn columns_without_a_heading_of_their_own_in_the_first_line_are_a_groups() {
    let mut sketch = Sketch::new(600.0, 800.0);
    // What stands alone keeps to the first line; the group's short heading touches its middle column only.
    sketch.text(50.0, 86.0, 10.0, "Country").text(322.5, 86.0, 10.0, "Funds");
    for (column, heading) in ["Budget", "Share", "Cases"].iter().enumerate() {
        sketch.text(250.0 + 100.0 * column as f32 - 5.0 * heading.len() as f32, 104.0, 10.0, heading);
    }
    rows(&mut sketch, 122.0, 18.0, 6);
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!(place(&found[0], "Funds"), Some((0, 1, 1, 3)));
    assert_eq!(place(&found[0], "Country"), Some((0, 0, 2, 1)));
    assert_eq!(place(&found[0], "Share"), Some((1, 2, 1, 1)));
}

#[test]
fn numbers_too_wide_for_their_column_go_on_below_the_others() {
    let mut sketch = Sketch::new(600.0, 800.0);
    sketch.text(50.0, 100.0, 10.0, "项目").text(200.0, 100.0, 10.0, "预算数").text(300.0, 100.0, 10.0, "得分");
    for (number, name) in ["道路建设", "农村饮水", "教师培训", "医疗救助"].iter().enumerate() {
        let y = 122.0 + 30.0 * number as f32;
        sketch.text(200.0, y, 10.0, "9,305,27").text(220.0, y + 12.0, 10.0, "8.15");
        sketch.text(50.0, y + 6.0, 10.0, name).text(300.0, y + 6.0, 10.0, "97.5");
    }
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rows(), found[0].columns()), (5, 3));
    assert!(cells(&found[0]).contains(&"9,305,278.15@2,1+1×1".to_owned()));
}

/// Rows of a form whose cells are set in the middle of their heights, as words alone leave it.
fn merged_form(sketch: &mut Sketch, y: f32) {
    for (number, (label, value)) in [("项目名称", "危房改造"), ("主管部门", "县教育局")].iter().enumerate()
    {
        let y = y + 18.0 * number as f32;
        sketch.text(50.0, y, 9.0, label).text(150.0, y, 9.0, value);
    }
    for (x, heading) in [(150.0, "年初预算数"), (250.0, "全年执行数"), (350.0, "得分")] {
        sketch.text(x, y + 36.0, 9.0, heading);
    }
    for (number, name) in ["年度资金总额", "其中：财政拨款", "其他资金"].iter().enumerate() {
        let y = y + 54.0 + 18.0 * number as f32;
        sketch
            .text(50.0, y, 9.0, name)
            .text(165.0, y, 9.0, "65.66")
            .text(265.0, y, 9.0, "65.07")
            .text(355.0, y, 9.0, "9.5");
    }
}

#[test]
fn lines_with_a_label_each_are_rows_though_no_number_stands_in_them() {
    let mut sketch = Sketch::new(600.0, 800.0);
    merged_form(&mut sketch, 100.0);
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rows(), found[0].columns()), (6, 4));
    assert_eq!(row(&found[0], 0), ["项目名称", "危房改造", "", ""]);
    assert_eq!(row(&found[0], 1), ["主管部门", "县教育局", "", ""]);
    assert_eq!(row(&found[0], 2), ["", "年初预算数", "全年执行数", "得分"]);
}

#[test]
fn values_as_long_as_those_above_are_no_ends_of_broken_numbers() {
    let mut sketch = Sketch::new(600.0, 800.0);
    sketch.text(50.0, 100.0, 10.0, "name").text(150.0, 100.0, 10.0, "sum").text(200.0, 100.0, 10.0, "all");
    for (number, (a, b)) in
        [("31.8", "59.3"), ("28.4", "52.9"), ("25.6", "47.8"), ("23.4", "43.5"), ("21.5", "40.0")].iter().enumerate()
    {
        let y = 114.0 + 12.0 * number as f32;
        sketch.text(150.0, y, 10.0, a).text(200.0, y, 10.0, b);
        // Every other row has no name.
        if number % 2 == 0 {
            sketch.text(50.0, y, 10.0, "school");
        }
    }
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rows(), 6);
    assert_eq!(row(&found[0], 2), ["", "28.4", "52.9"]);
}

#[test]
fn texts_boxed_apart_are_two_cells_though_hardly_a_gap_is_between() {
    let lines = [
        ("产出指标", "数量指标", "开工面积"),
        ("效益指标", "社会效益", "受益人数"),
        ("满意指标", "服务对象", "群众满意"),
    ];
    let page = |scores: bool| {
        let mut sketch = Sketch::new(600.0, 800.0);
        for (number, (a, b, c)) in lines.iter().enumerate() {
            let y = 100.0 + 18.0 * number as f32;
            sketch.text(50.0, y, 10.0, a).text(93.0, y, 10.0, b).text(136.0, y, 10.0, c);
            sketch.text(200.0, y, 10.0, "98").text(250.0, y, 10.0, "10");
        }
        let mut page = sketch.page();
        if scores {
            page.scores = vec![0.9; page.glyphs.len()];
        }
        page
    };
    let columns = |page: &Page| {
        let words = words(page);
        let all: Vec<u32> = (0..words.len() as u32).collect();
        let found = super::tables(page, &words, &all, &[], &page.rulings, &super::Around::default());
        found.first().map(Table::columns)
    };
    assert_eq!(columns(&page(true)), Some(5), "a program boxed each");
    assert_eq!(columns(&page(false)), Some(3), "a file's own text may be drawn in any pieces");
}

#[test]
fn a_heading_of_two_lines_beside_one_of_one_keeps_its_column_though_nothing_is_below() {
    let mut sketch = Sketch::new(600.0, 800.0);
    sketch.text(50.0, 100.0, 10.0, "三级指标").text(160.0, 100.0, 10.0, "指标值").text(240.0, 100.0, 10.0, "完成值");
    sketch.text(300.0, 94.0, 10.0, "偏差原因分析").text(300.0, 106.0, 10.0, "及改进措施");
    for (number, name) in ["开工面积", "受益人数", "群众满意", "按期支付"].iter().enumerate() {
        let y = 124.0 + 18.0 * number as f32;
        sketch.text(50.0, y, 10.0, name).text(165.0, y, 10.0, "95%").text(245.0, y, 10.0, "98%");
    }
    let found = tables(sketch);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].columns(), 4);
    assert!(cells(&found[0]).contains(&"偏差原因分析及改进措施@0,3+1×1".to_owned()), "{:?}", cells(&found[0]));
}

#[test]
fn marks_before_sentences_are_a_list() {
    let text = "Figure\u{1}metadata\u{1}extraction\u{1}from\u{1}documents";
    for marks in [["[1]", "[2]", "[13]", "[14]"], ["（一）", "（二）", "（三）", "（四）"], ["1.", "2.", "3.", "4."]]
    {
        let mut sketch = Sketch::new(600.0, 800.0);
        for (number, mark) in marks.iter().enumerate() {
            let y = 100.0 + 24.0 * number as f32;
            sketch.text(50.0, y, 10.0, mark).text(90.0, y, 10.0, text);
            sketch.text(90.0, y + 12.0, 10.0, "2013\u{1}conference\u{1}proceedings");
        }
        assert_eq!(tables(sketch), [], "{marks:?}");
    }
}
