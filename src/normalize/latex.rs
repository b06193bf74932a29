//! The LaTeX that recognisers write for signs and units: `\geq 33\%`, `\mathrm{m}^{2}`, `\times`.

use std::iter::Peekable;
use std::str::CharIndices;

/// The longest command name looked at.
const LONGEST_NAME: usize = 20;

/// What a command stands for.
pub(super) enum Command {
    /// One sign.
    Sign(char),
    /// Its argument in braces, or nothing at all: fonts, spacing, `\left`.
    Nothing,
    /// Two arguments with a slash between.
    Fraction,
}

/// Reads a command at the start of `text` (which begins with a backslash): its meaning and length in bytes.
pub(super) fn command(text: &str) -> Option<(Command, usize)> {
    let rest = text.get(1..)?;
    let first = rest.chars().next()?;
    if !first.is_ascii_alphabetic() {
        let command = match first {
            '%' | '&' | '#' | '$' | '_' | '{' | '}' => Command::Sign(first),
            ',' | ';' | ':' | '!' | '(' | ')' | '[' | ']' => Command::Nothing,
            ' ' => Command::Sign(' '),
            _ => return None,
        };
        return Some((command, 1 + first.len_utf8()));
    }
    let length = rest.bytes().take(LONGEST_NAME + 1).take_while(u8::is_ascii_alphabetic).count();
    let name = rest.get(..length)?;
    let command = match name {
        "frac" | "dfrac" | "tfrac" => Command::Fraction,
        "mathrm" | "text" | "mathbf" | "textbf" | "textrm" | "mathit" | "mathsf" | "operatorname" | "rm" | "bf"
        | "it" | "mbox" | "left" | "right" | "quad" | "qquad" | "displaystyle" | "textstyle" | "limits"
        | "boldsymbol" | "mathbb" | "underline" | "overline" => Command::Nothing,
        _ => Command::Sign(sign(name)?),
    };
    Some((command, 1 + length))
}

fn sign(name: &str) -> Option<char> {
    Some(match name {
        "geq" | "ge" | "geqslant" | "geqq" => '≥',
        "leq" | "le" | "leqslant" | "leqq" => '≤',
        "gt" => '>',
        "lt" => '<',
        "neq" | "ne" => '≠',
        "approx" | "thickapprox" => '≈',
        "sim" | "thicksim" => '~',
        "times" => '×',
        "div" => '÷',
        "cdot" | "bullet" => '·',
        "pm" => '±',
        "circ" | "degree" => '°',
        "to" | "rightarrow" => '→',
        "square" | "Box" => '□',
        "boxtimes" => '☒',
        "boxed" | "blacksquare" => '■',
        "checkmark" | "surd" => '√',
        "star" | "bigstar" => '★',
        "ldots" | "dots" | "cdots" => '…',
        "permil" | "textperthousand" | "perthousand" => '‰',
        "yen" => '¥',
        "infty" => '∞',
        "Delta" | "triangle" => '△',
        _ => return None,
    })
}

/// Is what stands between two dollar signs mathematics, rather than a price and the next?
pub(super) fn is_formula(content: &str) -> bool {
    if content.bytes().any(|b| matches!(b, b'\\' | b'^' | b'_' | b'{')) {
        return true;
    }
    let letters = content.bytes().filter(u8::is_ascii_alphabetic).count();
    let ends_open = content.trim_end().ends_with(['-', '~', ',', '、', '，', '至']);
    !content.trim().is_empty() && letters <= 3 && content.is_ascii() && !ends_open
}

/// Writes a formula's meaning: commands read, braces and spaces gone, `^2` as a superscript.
pub(super) fn write_formula(content: &str, out: &mut String) {
    let mut chars = content.char_indices().peekable();
    let mut fractions = 0usize;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match content.get(at..).and_then(command) {
                Some((meaning, length)) => {
                    skip_to(&mut chars, at + length);
                    match meaning {
                        Command::Sign(' ') | Command::Nothing => {}
                        Command::Sign(sign) => out.push(sign),
                        Command::Fraction => fractions += 1,
                    }
                }
                None => out.push(c),
            },
            '}' if fractions > 0 && chars.peek().is_some_and(|next| next.1 == '{') => {
                fractions -= 1;
                out.push('/');
            }
            '^' => write_raised(&mut chars, out),
            '{' | '}' | '_' | '~' => {}
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
}

/// `^2`, `^{2}`, `^{3}` as the raised digit; any other exponent stays on the line behind a `^`, so that `10^{5}` does
/// not become 105.
fn write_raised(chars: &mut Peekable<CharIndices<'_>>, out: &mut String) {
    let braced = chars.next_if(|next| next.1 == '{').is_some();
    let Some(&(_, c)) = chars.peek() else { return };
    let raised = match c {
        '2' => '²',
        '3' => '³',
        '\\' => return, // `^{\circ}`: the command itself is read next
        _ => {
            out.push('^');
            return;
        }
    };
    chars.next();
    let closed = if braced { chars.next_if(|next| next.1 == '}').is_some() } else { true };
    if closed {
        out.push(raised);
    } else {
        out.push('^');
        out.push(c);
    }
}

fn skip_to(chars: &mut Peekable<CharIndices<'_>>, offset: usize) {
    while chars.next_if(|next| next.0 < offset).is_some() {}
}
