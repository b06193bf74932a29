/// Bounds on what one file may cost, so that a hostile one ends alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes that a compressed part may unfold to.
    pub max_unfolded_bytes: u64,
    /// Most times its compressed size that a part may unfold to.
    pub max_ratio: u64,
    /// Deepest nesting of elements, objects or archives.
    pub max_depth: usize,
    /// Most cells of one document.
    pub max_cells: usize,
    /// Passwords to try on protected files, in this order.
    pub passwords: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_unfolded_bytes: 2 << 30,
            max_ratio: 1000,
            max_depth: 256,
            max_cells: 20_000_000,
            passwords: Vec::new(),
        }
    }
}
