//! Any bytes: a probe and a plan end in a value or a typed error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pushpix::Catalog;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(probe) = pushpix::probe(bytes) {
        let size = probe.size();
        assert_eq!(size.area(), probe.stored.area());
        for spec in Catalog::builtin().iter() {
            if let Ok(plan) = pushpix::plan(bytes, spec) {
                let (placement, canvas) = (plan.placement, plan.placement.canvas());
                assert_eq!(Some(canvas), spec.canvas_for(size));
                assert!(placement.x() + placement.scaled().width() <= canvas.width());
                assert!(placement.y() + placement.scaled().height() <= canvas.height());
            }
        }
    }
});
