//! One picture for many specs: one decode for each scale, one canvas for each placement, one search for each file that
//! is asked for.

use std::borrow::Cow;
use std::iter;

use super::input::Input;
use crate::codec;
use crate::error::Error;
use crate::ladder::Encoded;
use crate::limits::Watch;
use crate::plan::{Options, Plan, plan};
use crate::raster::Raster;
use crate::report::Adapted;
use crate::spec::Spec;
use crate::units::ByteSize;
use crate::warning::Warning;

/// What one spec asks for, and its place among the results.
struct Wanted<'s> {
    index: usize,
    spec: &'s Spec,
    plan: Plan,
    warnings: Vec<Warning>,
}

type Numbered = Vec<(usize, Result<Adapted, Error>)>;

/// Adapts a picture to each of the specs. The results have their order.
pub(crate) fn adapt_each(bytes: &[u8], specs: &[&Spec], options: &Options) -> Vec<Result<Adapted, Error>> {
    let watch = Watch::start(&options.limits, options.deadline, options.cancel.as_ref());
    let source = codec::probe(bytes, &options.limits);
    let mut results = Vec::new();
    let mut wanted = Vec::new();
    for (index, &spec) in specs.iter().enumerate() {
        match plan(&source, ByteSize::of(bytes), spec, options) {
            Ok(plan) => wanted.push(Wanted { index, spec, plan, warnings: Vec::new() }),
            Err(error) => results.push((index, Err(error))),
        }
    }
    for group in grouped(wanted, |a, b| a.plan.scale == b.plan.scale) {
        match Input::decode(bytes, &group.first.plan, options, &watch) {
            Ok((input, picture)) => adapt_decoded(&input, picture, group, &mut results),
            Err(error) => results.extend(group.all().map(|wanted| (wanted.index, Err(error.clone())))),
        }
    }
    results.sort_by_key(|&(index, _)| index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Adapts a picture, decoded at the scale that all of the group have, to each of it.
fn adapt_decoded(input: &Input<'_>, picture: Raster, group: Group<'_>, results: &mut Numbered) {
    let mut wanted = Vec::new();
    for Wanted { index, spec, plan, .. } in group.all() {
        let warnings = input.warnings(&picture, &plan, spec);
        if input.passes_through(&picture, &plan, spec) {
            results.push((index, Ok(Encoded::unchanged(input.bytes, &plan).reported(plan, warnings))));
        } else {
            wanted.push(Wanted { index, spec, plan, warnings });
        }
    }

    share(picture, grouped(wanted, |a, b| input.share_canvas(&a.plan, &b.plan)), |picture, group| {
        let canvas = match input.canvas(picture, &group.first.plan) {
            Ok(canvas) => canvas,
            Err(error) => return results.extend(group.all().map(|wanted| (wanted.index, Err(error.clone())))),
        };
        share(
            canvas,
            grouped(group.all().collect(), |a, b| a.plan.asks_for_the_same_file(&b.plan)),
            |canvas, group| {
                let encoded = input.encoded(canvas.into_owned(), &group.first.plan);
                results.extend(group.all().map(|Wanted { index, plan, warnings, .. }| {
                    let encoded = encoded.clone();
                    (index, encoded.map(|encoded| encoded.reported(plan, warnings)))
                }));
            },
        );
    });
}

/// How much memory that takes besides the file at most, in bytes; 0 where nothing is done.
pub(crate) fn memory<'s>(bytes: &[u8], specs: impl Iterator<Item = &'s Spec>, options: &Options) -> u64 {
    let source = codec::probe(bytes, &options.limits);
    let needs = specs.filter_map(|spec| plan(&source, ByteSize::of(bytes), spec, options).ok());
    needs.map(|plan| plan.decoded_bytes.saturating_add(plan.canvas_bytes)).max().unwrap_or(0)
}

/// Those that are the same in some respect.
struct Group<'s> {
    first: Wanted<'s>,
    others: Vec<Wanted<'s>>,
}

impl<'s> Group<'s> {
    fn all(self) -> impl Iterator<Item = Wanted<'s>> {
        iter::once(self.first).chain(self.others)
    }
}

fn grouped<'s>(all: Vec<Wanted<'s>>, same: impl Fn(&Wanted<'_>, &Wanted<'_>) -> bool) -> Vec<Group<'s>> {
    let mut groups: Vec<Group<'s>> = Vec::new();
    for wanted in all {
        match groups.iter_mut().find(|group| same(&group.first, &wanted)) {
            Some(group) => group.others.push(wanted),
            None => groups.push(Group { first: wanted, others: Vec::new() }),
        }
    }
    groups
}

/// Lends the raster to each group, and leaves it to the last one, which may give up the memory early.
fn share<'s>(raster: Raster, mut groups: Vec<Group<'s>>, mut make: impl FnMut(Cow<'_, Raster>, Group<'s>)) {
    let Some(last) = groups.pop() else { return };
    groups.into_iter().for_each(|group| make(Cow::Borrowed(&raster), group));
    make(Cow::Owned(raster), last);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    #[test]
    fn a_canvas_is_made_once_for_each_placement_and_a_file_once_for_each_request() {
        let photo = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/photo.jpg")).unwrap();
        let options = Options::default();
        let watch = Watch::unhurried(&options.limits);
        let source = codec::probe(&photo, &options.limits);
        let custom = |width, cap| Spec::custom(Size::new(width, 160).unwrap()).with_max_bytes(ByteSize::new(cap));
        let ids = ["oppo/large-image", "huawei/large-icon", "oppo/large-icon", "honor/large-icon", "oppo/large-icon"];
        let mut specs: Vec<Spec> = ids.iter().map(|id| Spec::builtin(id).unwrap().clone()).collect();
        specs.extend([custom(160, 99_999), custom(160, 1000), custom(161, 1000)]);
        // For each canvas, how many specs share each file. Honor takes less than 100 000 bytes.
        let expected = [vec![1], vec![1, 2, 1], vec![2], vec![1]];

        let plan_for = |spec| plan(&source, ByteSize::of(&photo), spec, &options).unwrap();
        let (input, _) = Input::decode(&photo, &plan_for(&specs[0]), &options, &watch).unwrap();
        let wanted = |(index, spec)| Wanted { index, spec, plan: plan_for(spec), warnings: Vec::new() };
        let wanted = specs.iter().enumerate().map(wanted).collect();
        let canvases = grouped(wanted, |a, b| input.share_canvas(&a.plan, &b.plan));
        let files = canvases.into_iter().map(|group| {
            let files = grouped(group.all().collect(), |a, b| a.plan.asks_for_the_same_file(&b.plan));
            files.into_iter().map(|file| file.all().count()).collect::<Vec<_>>()
        });
        assert_eq!(files.collect::<Vec<_>>(), expected);
    }
}
