//! One picture for many specs: one decode, one canvas for each placement, one search for each file that is asked for.

use std::borrow::Cow;
use std::iter;

use super::input::Input;
use crate::codec;
use crate::error::Error;
use crate::ladder::{Encoded, encode_or_shrink};
use crate::limits::Watch;
use crate::plan::{Options, Plan, plan};
use crate::raster::Raster;
use crate::report::Adapted;
use crate::spec::Spec;
use crate::units::ByteSize;
use crate::warning::Warning;

/// What one spec asks for, and its place among the results.
struct Wanted {
    index: usize,
    plan: Plan,
    warnings: Vec<Warning>,
}

type Results = Vec<Result<Adapted, Error>>;

/// Adapts a picture to each of the specs. The results have their order.
pub(crate) fn adapt_each(bytes: &[u8], specs: &[&Spec], options: &Options) -> Results {
    let watch = Watch::start(&options.limits, options.deadline, options.cancel.as_ref());
    let source = codec::probe(bytes, &options.limits);
    let file = ByteSize::of(bytes);
    let plans: Vec<_> = specs.iter().map(|spec| plan(&source, file, spec, options)).collect();
    let Some(any) = plans.iter().flatten().next() else {
        return plans.into_iter().filter_map(Result::err).map(Err).collect();
    };
    let (input, picture) = match Input::decode(bytes, &any.source, options, &watch) {
        Ok(decoded) => decoded,
        Err(error) => return plans.into_iter().map(|plan| plan.and(Err(error.clone()))).collect(),
    };

    let mut results = Vec::new();
    let mut wanted = Vec::new();
    for (index, (plan, spec)) in plans.into_iter().zip(specs).enumerate() {
        match plan {
            Err(error) => results.push((index, Err(error))),
            Ok(plan) => {
                let warnings = input.warnings(&picture, &plan, spec);
                if input.passes_through(&picture, &plan, spec) {
                    results.push((index, Ok(Encoded::unchanged(bytes, &plan).reported(plan, warnings))));
                } else {
                    wanted.push(Wanted { index, plan, warnings });
                }
            }
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
                let plan = &group.first.plan;
                let encoded = encode_or_shrink(canvas.into_owned(), plan, &input.metadata, options.light, &watch);
                results.extend(group.all().map(|Wanted { index, plan, warnings }| {
                    let encoded = encoded.clone();
                    (index, encoded.map(|encoded| encoded.reported(plan, warnings)))
                }));
            },
        );
    });

    results.sort_by_key(|&(index, _)| index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// How much memory that takes besides the file at most, in bytes; 0 where nothing is done.
pub(crate) fn memory<'s>(bytes: &[u8], specs: impl Iterator<Item = &'s Spec>, options: &Options) -> u64 {
    let source = codec::probe(bytes, &options.limits);
    let needs = specs.filter_map(|spec| plan(&source, ByteSize::of(bytes), spec, options).ok());
    needs.map(|plan| plan.decoded_bytes.saturating_add(plan.canvas_bytes)).max().unwrap_or(0)
}

/// Those that are the same in some respect.
struct Group {
    first: Wanted,
    others: Vec<Wanted>,
}

impl Group {
    fn all(self) -> impl Iterator<Item = Wanted> {
        iter::once(self.first).chain(self.others)
    }
}

fn grouped(all: Vec<Wanted>, same: impl Fn(&Wanted, &Wanted) -> bool) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for wanted in all {
        match groups.iter_mut().find(|group| same(&group.first, &wanted)) {
            Some(group) => group.others.push(wanted),
            None => groups.push(Group { first: wanted, others: Vec::new() }),
        }
    }
    groups
}

/// Lends the raster to each group, and leaves it to the last one, which may give up the memory early.
fn share(raster: Raster, mut groups: Vec<Group>, mut make: impl FnMut(Cow<'_, Raster>, Group)) {
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

        let (input, _) = Input::decode(&photo, source.as_ref().unwrap(), &options, &watch).unwrap();
        let wanted = |(index, spec): (usize, &Spec)| {
            let plan = plan(&source, ByteSize::of(&photo), spec, &options).unwrap();
            Wanted { index, plan, warnings: Vec::new() }
        };
        let wanted = specs.iter().enumerate().map(wanted).collect();
        let canvases = grouped(wanted, |a, b| input.share_canvas(&a.plan, &b.plan));
        let files = canvases.into_iter().map(|group| {
            let files = grouped(group.all().collect(), |a, b| a.plan.asks_for_the_same_file(&b.plan));
            files.into_iter().map(|file| file.all().count()).collect::<Vec<_>>()
        });
        assert_eq!(files.collect::<Vec<_>>(), expected);
    }
}
