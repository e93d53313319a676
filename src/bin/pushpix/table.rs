//! A table of text for people: columns as wide as their widest cell.

use std::io::{self, Write};

/// Writes the lines, the first of which are the heads. The columns named in `right` stand at their right edge.
pub(crate) fn write<const N: usize>(out: &mut impl Write, lines: &[[String; N]], right: &[usize]) -> io::Result<()> {
    let mut widths = [0; N];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    for line in lines {
        let mut text = String::new();
        for (column, (cell, width)) in line.iter().zip(widths).enumerate() {
            let padding = " ".repeat(width - cell.chars().count());
            let (before, after) =
                if right.contains(&column) { (padding, String::new()) } else { (String::new(), padding) };
            text.push_str(&format!("{before}{cell}{after}  "));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}
