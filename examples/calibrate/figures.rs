//! Means, percentiles, and tables of aligned columns.

/// A list of figures, each with the name of the picture it is of.
#[derive(Debug, Default)]
pub(crate) struct Figures<'a> {
    sorted: Vec<(f64, &'a str)>,
}

impl<'a> FromIterator<(f64, &'a str)> for Figures<'a> {
    fn from_iter<I: IntoIterator<Item = (f64, &'a str)>>(figures: I) -> Self {
        let mut sorted: Vec<_> = figures.into_iter().collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { sorted }
    }
}

impl<'a> Figures<'a> {
    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }

    pub(crate) fn mean(&self) -> f64 {
        if self.sorted.is_empty() {
            return f64::NAN;
        }
        self.sorted.iter().map(|(value, _)| value).sum::<f64>() / self.sorted.len() as f64
    }

    /// The value below which `percent` of the values lie, by a line between neighbours.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let Some(last) = self.sorted.len().checked_sub(1) else { return f64::NAN };
        let (index, rest) = (percent * last / 100, percent * last % 100);
        let (low, high) = (self.sorted[index].0, self.sorted[(index + 1).min(last)].0);
        low + (high - low) * rest as f64 / 100.0
    }

    pub(crate) fn median(&self) -> f64 {
        self.percentile(50)
    }

    pub(crate) fn lowest(&self) -> (f64, &'a str) {
        self.sorted.first().copied().unwrap_or((f64::NAN, "none"))
    }

    pub(crate) fn highest(&self) -> (f64, &'a str) {
        self.sorted.last().copied().unwrap_or((f64::NAN, "none"))
    }

    /// One line of what there is to know, where more is better.
    pub(crate) fn summary(&self, what: &str) -> String {
        let (worst, name) = self.lowest();
        format!(
            "{what}: mean {:.2}, median {:.2}, p5 {:.2}, p95 {:.2}, worst {worst:.2} ({name}), of {}",
            self.mean(),
            self.median(),
            self.percentile(5),
            self.percentile(95),
            self.len()
        )
    }

    /// One line of what there is to know, where less is better.
    pub(crate) fn cost(&self, what: &str) -> String {
        let (most, name) = self.highest();
        format!(
            "{what}: mean {:.2}, median {:.2}, p5 {:.2}, p95 {:.2}, max {most:.2} ({name}), of {}",
            self.mean(),
            self.median(),
            self.percentile(5),
            self.percentile(95),
            self.len()
        )
    }
}

/// Rows of text under a heading: the first column to the left, the others to the right.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self { rows: vec![heading.iter().map(|&text| text.to_owned()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn print(&self) {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
                if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }
}
