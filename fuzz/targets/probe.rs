//! Any bytes: a probe and a plan end in a value or a typed error, and the plan puts the picture on its canvas.

use pushpix::{Adapter, Catalog, Error};

pub(crate) fn run(bytes: &[u8]) {
    let probe = match pushpix::probe(bytes) {
        Ok(probe) => probe,
        Err(Error::Unsupported { .. } | Error::Decode { .. } | Error::Limit { .. }) => return,
        Err(other) => panic!("{other}"),
    };
    let size = probe.size();
    assert_eq!(size.area(), probe.stored.area());
    let keeping = Adapter::new().with_keep_metadata(true).with_lenient(true);
    for spec in Catalog::builtin().iter() {
        if let Ok(plan) = pushpix::plan(bytes, spec) {
            let (placement, canvas) = (plan.placement, plan.placement.canvas());
            assert_eq!(Some(canvas), spec.canvas_for(size));
            assert!(placement.x() + placement.scaled().width() <= canvas.width());
            assert!(placement.y() + placement.scaled().height() <= canvas.height());
            assert_eq!(plan.source, probe);
        }
        if let Ok(plan) = keeping.plan(bytes, spec) {
            assert!(!plan.formats.is_empty());
        }
    }
}
