//! Dark pixels that hang together.

use super::Gray;

/// The box of pixels that hang together, in pixels; `x1` and `y1` one past the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ocr) struct Component {
    pub(in crate::ocr) x0: u32,
    pub(in crate::ocr) y0: u32,
    pub(in crate::ocr) x1: u32,
    pub(in crate::ocr) y1: u32,
}

impl Component {
    pub(in crate::ocr) fn width(&self) -> f32 {
        (self.x1 - self.x0) as f32
    }

    pub(in crate::ocr) fn height(&self) -> f32 {
        (self.y1 - self.y0) as f32
    }

    fn union(&mut self, other: &Component) {
        (self.x0, self.y0) = (self.x0.min(other.x0), self.y0.min(other.y0));
        (self.x1, self.y1) = (self.x1.max(other.x1), self.y1.max(other.y1));
    }
}

/// Runs that are looked at: a page has fewer; a texture is not worth more.
const MOST_RUNS: usize = 2_000_000;

/// The components of pixels darker than `ink`, corners counting as touching.
pub(in crate::ocr) fn components(gray: &Gray, ink: u8) -> Vec<Component> {
    let mut runs: Vec<(u32, u32, u32)> = Vec::new();
    for y in 0..gray.height {
        let mut x = 0u32;
        for dark in gray.row(y).chunk_by(|a, b| (*a < ink) == (*b < ink)) {
            let to = x + dark.len() as u32;
            if dark.first().is_some_and(|&shade| shade < ink) {
                runs.push((y as u32, x, to));
            }
            x = to;
        }
        if runs.len() > MOST_RUNS {
            return Vec::new();
        }
    }
    let mut parent: Vec<u32> = (0..runs.len() as u32).collect();
    fn root(parent: &mut [u32], mut of: u32) -> u32 {
        while parent[of as usize] != of {
            parent[of as usize] = parent[parent[of as usize] as usize];
            of = parent[of as usize];
        }
        of
    }
    let mut above = 0usize;
    for (index, &(y, from, to)) in runs.iter().enumerate() {
        // The first run of the row above that may still touch this or a later one.
        while runs.get(above).is_some_and(|run| run.0 + 1 < y || run.0 + 1 == y && run.2 < from) {
            above += 1;
        }
        for (other, &(other_y, other_from, _)) in runs.iter().enumerate().take(index).skip(above) {
            if other_y >= y || other_from > to {
                break;
            }
            let (a, b) = (root(&mut parent, index as u32), root(&mut parent, other as u32));
            parent[a.max(b) as usize] = a.min(b);
        }
    }
    let mut found: Vec<Option<Component>> = vec![None; runs.len()];
    for (index, &(y, from, to)) in runs.iter().enumerate() {
        let own = Component { x0: from, y0: y, x1: to, y1: y + 1 };
        let at = root(&mut parent, index as u32) as usize;
        match &mut found[at] {
            Some(component) => component.union(&own),
            none => *none = Some(own),
        }
    }
    found.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_touches_is_one() {
        let rows = ["#..#.", "##.#.", "...##", "#...."];
        let pixels = rows.concat().bytes().map(|b| if b == b'#' { 0 } else { 255 }).collect();
        let mut found = components(&Gray { width: 5, height: 4, pixels }, 128);
        found.sort_by_key(|c| (c.x0, c.y0));
        let boxes: Vec<_> = found.iter().map(|c| (c.x0, c.y0, c.x1, c.y1)).collect();
        assert_eq!(boxes, [(0, 0, 2, 2), (0, 3, 1, 4), (3, 0, 5, 3)]);
    }
}
