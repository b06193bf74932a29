//! Paper made white: uneven light, grey paper and what shines through from the back go; dust goes.

use super::Gray;

/// Side of the squares whose paper is measured, in inches.
const TILE: f32 = 0.16;
/// Part of a square's pixels that are darker than what is taken for its paper.
const PAPER: f32 = 0.75;
/// What is no darker than this part of the paper's shade may be made white.
const WHITEST: f32 = 0.8;
/// What is darker than this part of the white point is ink, not the paper's noise.
const INKED: f32 = 0.85;
/// Half of the ink is no lighter than this part of the paper's shade in a good scan, its soft edges included.
const PRINTED: f32 = 0.35;
/// The most that faint ink is darkened: the power of its share of the paper's shade.
const STEEPEST: f32 = 2.5;
/// Paper darker than this is not told from print.
const DARKEST_PAPER: u8 = 60;

/// The picture on white paper.
pub(super) fn flattened(gray: &Gray, dpi: f32) -> Gray {
    let tile = ((dpi * TILE) as usize).max(8);
    let (columns, rows) = (gray.width.div_ceil(tile).max(1), gray.height.div_ceil(tile).max(1));
    let mut papers = Gray::new(columns, rows, 255);
    for row in 0..rows {
        for column in 0..columns {
            papers.pixels[row * columns + column] = paper(gray, column * tile, row * tile, tile);
        }
    }
    // A square within a large character or a photograph has no paper: its neighbours' is taken. Then smoothly.
    let papers = mean(&largest(&papers));
    let shares = shares(gray, &papers, tile);
    let white = white_point(&shares);
    let curve = darkening(&shares, white);
    let mut out = gray.clone();
    let mut across: Vec<f32> = vec![255.0; gray.width];
    for y in 0..gray.height {
        let (above, below, part) = between(y, tile, rows);
        for (x, paper) in across.iter_mut().enumerate() {
            let (left, right, share) = between(x, tile, columns);
            let at = |row: usize, column: usize| f32::from(papers.pixels[row * columns + column]);
            let top = at(above, left) * (1.0 - share) + at(above, right) * share;
            let bottom = at(below, left) * (1.0 - share) + at(below, right) * share;
            *paper = top * (1.0 - part) + bottom * part;
        }
        for (pixel, paper) in out.row_mut(y).iter_mut().zip(&across) {
            let share = f32::from(*pixel) * 255.0 / (paper * white);
            *pixel = curve.get(share.min(255.0) as usize).copied().unwrap_or(255);
        }
    }
    out
}

/// Squares to the left and right (or above and below) of a pixel, and how near it is to the second.
fn between(at: usize, tile: usize, count: usize) -> (usize, usize, f32) {
    let place = (at as f32 + 0.5) / tile as f32 - 0.5;
    let first = place.floor().max(0.0) as usize;
    (first.min(count - 1), (first + 1).min(count - 1), (place - first as f32).clamp(0.0, 1.0))
}

/// The shade of a square's paper.
fn paper(gray: &Gray, x: usize, y: usize, tile: usize) -> u8 {
    let mut counts = [0u32; 256];
    let mut total = 0;
    // Every second row tells as much.
    for row in (y..(y + tile).min(gray.height)).step_by(2) {
        let part = gray.row(row).get(x..(x + tile).min(gray.width)).unwrap_or(&[]);
        total += part.len() as u32;
        for &shade in part {
            counts[usize::from(shade)] += 1;
        }
    }
    let wanted = (total as f32 * PAPER) as u32;
    let mut seen = 0;
    for (shade, count) in (0u8..=255).zip(counts) {
        seen += count;
        if seen > wanted {
            return shade.max(DARKEST_PAPER);
        }
    }
    255
}

/// Each square's lightest neighbour, where the square itself is much darker.
fn largest(papers: &Gray) -> Gray {
    around(papers, |own, all| {
        let lightest = all.iter().copied().max().unwrap_or(own);
        // A filled cell keeps its own shade; a heavy character is no paper.
        if u16::from(own) * 2 < u16::from(lightest) { lightest } else { own }
    })
}

fn mean(papers: &Gray) -> Gray {
    around(papers, |_, all| (all.iter().map(|&v| u32::from(v)).sum::<u32>() / all.len().max(1) as u32) as u8)
}

fn around(papers: &Gray, of: impl Fn(u8, &[u8]) -> u8) -> Gray {
    let mut out = papers.clone();
    for y in 0..papers.height {
        for x in 0..papers.width {
            let rows = y.saturating_sub(1)..(y + 2).min(papers.height);
            let all: Vec<u8> = rows
                .flat_map(|row| papers.row(row).get(x.saturating_sub(1)..(x + 2).min(papers.width)).unwrap_or(&[]))
                .copied()
                .collect();
            out.pixels[y * papers.width + x] = of(papers.at(x, y), &all);
        }
    }
    out
}

/// How many pixels are so many hundredths as light as the paper around them.
fn shares(gray: &Gray, papers: &Gray, tile: usize) -> [u32; 128] {
    let mut counts = [0u32; 128];
    for y in (0..gray.height).step_by(5) {
        let row = papers.row((y / tile).min(papers.height - 1));
        for (x, &shade) in gray.row(y).iter().enumerate().step_by(3) {
            let paper = row.get(x / tile).copied().unwrap_or(255).max(1);
            let part = usize::from(shade) * 100 / usize::from(paper);
            counts[part.min(127)] += 1;
        }
    }
    counts
}

/// Print that is faint on its paper made as dark as print is: the shade for each of 256, the paper's being the last.
/// Thin strokes of a soft scan are hardly darker than half of the paper's shade, and making the paper white would leave
/// nothing of them.
fn darkening(shares: &[u32; 128], white: f32) -> Vec<u8> {
    let inked = ((white * INKED * 100.0) as usize).min(shares.len());
    let ink = shares.get(..inked).unwrap_or(&[]);
    let half = ink.iter().sum::<u32>() / 2;
    let mut seen = 0;
    let median = ink.iter().position(|count| {
        seen += count;
        seen > half
    });
    let share = median.unwrap_or(0) as f32 / (100.0 * white);
    let power = if share > PRINTED { (PRINTED.ln() / share.min(0.95).ln()).min(STEEPEST) } else { 1.0 };
    (0..=255u8).map(|shade| ((f32::from(shade) / 255.0).powf(power) * 255.0) as u8).collect()
}

/// The part of the paper's shade from which on everything is white: below it lies the paper's own noise and what shines
/// through.
fn white_point(counts: &[u32; 128]) -> f32 {
    // The paper's shade is the commonest; as much as lies above it lies below.
    let mode = (60..128).max_by_key(|&part| counts[part]).unwrap_or(100);
    let above: u32 = counts[mode..].iter().sum();
    let mut beyond = above;
    let mut spread = 0;
    while spread < 20 && mode + spread < 127 && beyond * 20 > above {
        beyond = beyond.saturating_sub(counts[mode + spread]);
        spread += 1;
    }
    // What shines through is a second hill below the paper, far lighter than print.
    ((mode as f32 - 2.0 * spread as f32 - 1.0) / 100.0).clamp(WHITEST, 1.0)
}

/// Darker than this is a dot.
const DARK: u8 = 140;
/// One speck in so many pixels: a page of more is dusty.
const SPECK_AREA: usize = 50_000;
/// Pixels above a point's foot that figures beside it fill.
const BODY: usize = 10;
/// Pixels before a point in which a figure stands that it belongs to. Behind it the rest of its square is blank.
const REACH: usize = 20;

/// Takes out dark dots of one or two pixels that stand alone. Of figures set wide (９８．５) the point does, too: where dust
/// is rare, a dot between two pieces of print, at their foot, stays.
pub(super) fn without_specks(gray: &mut Gray) {
    // What stands around a dot must be paper: the darkest pixels of faint strokes have others around them.
    const PAPER_AROUND: u8 = 190;
    let (width, height) = (gray.width, gray.height);
    if width < 7 || height < 7 {
        return;
    }
    let mut specks = Vec::new();
    for y in 2..height - 3 {
        let row = gray.row(y);
        let mut x = 2;
        while x < width - 3 {
            if row[x] >= DARK {
                x += 1;
                continue;
            }
            // Nothing dark on the ring around the 2 by 2 pixels that begin here: looked at from the outside in.
            let light = |y: usize, from: usize, to: usize| gray.row(y)[from..to].iter().all(|&v| v >= PAPER_AROUND);
            let alone = light(y - 1, x - 1, x + 3)
                && light(y + 2, x - 1, x + 3)
                && row[x - 1] >= PAPER_AROUND
                && row[x + 2] >= PAPER_AROUND
                && gray.at(x - 1, y + 1) >= PAPER_AROUND
                && gray.at(x + 2, y + 1) >= PAPER_AROUND;
            if alone {
                specks.push((x, y));
            }
            x += 1;
        }
    }
    let dusty = specks.len() * SPECK_AREA > width * height;
    let dust = specks.iter().filter(|&&(x, y)| dusty || !is_point(gray, x, y));
    for (x, y) in dust.copied().collect::<Vec<_>>() {
        for row in y..y + 2 {
            gray.pixels[row * width + x..row * width + x + 2].fill(255);
        }
    }
}

/// Does print stand on both sides of a speck, on the line that the speck stands on?
fn is_point(gray: &Gray, x: usize, y: usize) -> bool {
    let dark = |y: usize, from: usize, to: usize| gray.row(y)[from..to].iter().any(|&v| v < DARK);
    let stands = |from: usize, to: usize| {
        let foot = (y.saturating_sub(1)..(y + 3).min(gray.height)).any(|y| dark(y, from, to));
        let body = (y.saturating_sub(BODY)..y.saturating_sub(2)).filter(|&y| dark(y, from, to)).count();
        let below = (y + 5..(y + 5 + BODY / 2).min(gray.height)).any(|y| dark(y, from, to));
        foot && body * 4 >= BODY * 3 && !below
    };
    stands(x.saturating_sub(REACH), x) && stands(x + 2, (x + 2 + 2 * REACH).min(gray.width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uneven_paper_becomes_white_and_print_stays() {
        let mut gray = Gray::new(400, 300, 0);
        for y in 0..300 {
            for x in 0..400 {
                let paper = 140 + x / 5;
                gray.pixels[y * 400 + x] = if y % 40 < 4 && x % 50 < 30 { paper / 4 } else { paper } as u8;
            }
        }
        let flat = flattened(&gray, 200.0);
        let paper = flat.pixels.iter().filter(|&&v| v > 240).count();
        let print = flat.pixels.iter().filter(|&&v| v < 100).count();
        assert!(paper > 105_000 && print > 6000, "{paper} {print}");
        assert_eq!(paper + print, 400 * 300);
    }

    #[test]
    fn dust_goes_and_points_stay() {
        let mut gray = Gray::new(40, 40, 255);
        for (x, y, side) in [(10, 10, 1), (20, 10, 2), (10, 25, 3)] {
            for dy in 0..side {
                for dx in 0..side {
                    gray.pixels[(y + dy) * 40 + x + dx] = 0;
                }
            }
        }
        without_specks(&mut gray);
        assert_eq!(gray.pixels.iter().filter(|&&v| v == 0).count(), 9);
    }

    #[test]
    fn the_point_of_figures_set_wide_stays_where_dust_is_rare() {
        let fill = |gray: &mut Gray, x: usize, y: usize, width: usize, height: usize| {
            (y..y + height).for_each(|y| gray.row_mut(y)[x..x + width].fill(0));
        };
        let mut gray = Gray::new(600, 500, 255);
        // Two figures with a point between them at their foot, two with a dot half as high, and one with a dot behind it.
        for (y, dot) in [(20, 38), (80, 90), (140, 158)] {
            fill(&mut gray, 50, y, 10, 20);
            fill(&mut gray, 72, dot, 2, 2);
        }
        (20..100).step_by(60).for_each(|y| fill(&mut gray, 96, y, 10, 20));
        let mut dusty = gray.clone();
        without_specks(&mut gray);
        assert_eq!([38, 90, 158].map(|y| gray.at(72, y)), [0, 255, 255]);
        (0..20).for_each(|dot| fill(&mut dusty, 10 + 15 * dot, 250, 2, 2));
        without_specks(&mut dusty);
        assert_eq!(dusty.at(72, 38), 255);
    }
}
