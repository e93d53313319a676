//! What a batch has in flight: how many jobs, and how much memory they take. It knows neither pictures nor threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The bounds, and how much of them is taken. Whoever must wait is parked here, so that no thread of the pool does: it
/// may be the only one.
///
/// Jobs that are parked are handed out when another one gives back what it took. So there is always one at work while
/// any is parked: whenever the last one at work is parked or leaves, the first that waits is handed out, however much
/// it needs.
#[derive(Debug)]
pub(super) struct Flight<J, P> {
    /// The most bytes that may be taken. A picture that needs more is worked on alone.
    limit: u128,
    /// The most jobs between being begun and being handed over.
    most: usize,
    /// The most jobs that are loaded at the same time.
    loaders: usize,
    state: Mutex<State<J, P>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<J, P> {
    /// Jobs that were begun and not handed over yet.
    begun: usize,
    /// Jobs whose picture is being loaded or worked on; and of these, those that are being loaded.
    at_work: usize,
    loading: usize,
    /// Bytes that are taken, by those that wait too.
    bytes: u128,
    /// Jobs that wait to be loaded, and pictures that wait to be worked on, with what they need. First come, first
    /// served; the pictures before the jobs.
    jobs: VecDeque<J>,
    pictures: VecDeque<(u64, P)>,
    /// Whether no more are begun.
    closed: bool,
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<J, P> {
    Load(J),
    Adapt(P),
}

impl<J, P> Flight<J, P> {
    pub(super) fn new(most: usize, loaders: usize, limit: u64) -> Self {
        let (jobs, pictures) = (VecDeque::new(), VecDeque::new());
        let state = State { begun: 0, at_work: 0, loading: 0, bytes: 0, jobs, pictures, closed: false };
        Self { limit: limit.into(), most, loaders, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Nothing can be left half done under the lock, so that a panic elsewhere does no harm.
    fn state(&self) -> MutexGuard<'_, State<J, P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until another job may begin; false where none may any more.
    pub(super) fn begin(&self) -> bool {
        let full = |state: &mut State<J, P>| {
            !state.closed && state.begun > 0 && (state.begun >= self.most || state.bytes > self.limit)
        };
        let mut state = self.changed.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        if !state.closed {
            state.begun += 1;
        }
        !state.closed
    }

    /// Notes that a job was handed over, or that there was none to begin.
    pub(super) fn end(&self) {
        self.state().begun -= 1;
        self.changed.notify_all();
    }

    /// Lets no more jobs begin.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// Waits until every job that was begun has ended, or none may begin any more.
    pub(super) fn wait_for_all(&self) {
        let flying = |state: &mut State<J, P>| !state.closed && state.begun > 0;
        drop(self.changed.wait_while(self.state(), flying));
    }

    /// Notes that a job has come that takes so many bytes as it is.
    pub(super) fn hold(&self, bytes: u64) {
        self.state().bytes += u128::from(bytes);
    }

    /// Lets a job be loaded, or parks it. None is while a picture waits for memory. What may be done now is for the
    /// caller to see to, here and below.
    pub(super) fn enter(&self, job: J) -> Vec<Next<J, P>> {
        self.changed_by(|state| state.jobs.push_back(job))
    }

    /// Lets a picture be worked on that was loaded, or parks it. As a job it took `held` bytes; its file takes `file`,
    /// and the work `need` besides.
    pub(super) fn admit(&self, held: u64, file: u64, need: u64, picture: P) -> Vec<Next<J, P>> {
        self.changed_by(|state| {
            state.bytes = state.bytes - u128::from(held) + u128::from(file);
            state.at_work -= 1;
            state.loading -= 1;
            state.pictures.push_back((need, picture));
        })
    }

    /// Takes back what a job held that could not be loaded.
    pub(super) fn fail(&self, held: u64) -> Vec<Next<J, P>> {
        self.changed_by(|state| {
            state.bytes -= u128::from(held);
            state.at_work -= 1;
            state.loading -= 1;
        })
    }

    /// Takes back what a picture took that was worked on, its file and its need.
    pub(super) fn leave(&self, file: u64, need: u64) -> Vec<Next<J, P>> {
        self.changed_by(|state| {
            state.bytes -= u128::from(file) + u128::from(need);
            state.at_work -= 1;
        })
    }

    fn changed_by(&self, change: impl FnOnce(&mut State<J, P>)) -> Vec<Next<J, P>> {
        let mut state = self.state();
        change(&mut state);
        let next = std::iter::from_fn(|| self.next(&mut state)).collect();
        drop(state);
        self.changed.notify_all();
        next
    }

    /// The first of those that wait, if there is room for it. Nobody overtakes it: it would wait for ever.
    fn next(&self, state: &mut State<J, P>) -> Option<Next<J, P>> {
        let need = state.pictures.front().map_or(0, |&(need, _)| need);
        if state.at_work > 0 && state.bytes + u128::from(need) > self.limit {
            return None;
        }
        let next = match state.pictures.pop_front() {
            Some((_, picture)) => Next::Adapt(picture),
            None if state.loading >= self.loaders => return None,
            None => Next::Load(state.jobs.pop_front()?),
        };
        state.loading += usize::from(matches!(next, Next::Load(_)));
        state.at_work += 1;
        state.bytes += u128::from(need);
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::Next::{Adapt, Load};
    use super::*;

    /// A job is loaded, and its picture waits for admission.
    fn loaded(flight: &Flight<char, char>, name: char, file: u64, need: u64) -> Vec<Next<char, char>> {
        assert_eq!(flight.enter(name), [Load(name)]);
        flight.admit(0, file, need, name)
    }

    #[test]
    fn pictures_are_worked_on_while_there_is_room_and_in_order() {
        let flight = Flight::new(10, 2, 100);
        assert_eq!(loaded(&flight, 'a', 10, 50), [Adapt('a')]);
        assert_eq!((flight.enter('b'), flight.enter('c')), (vec![Load('b')], vec![Load('c')]));
        assert_eq!(flight.admit(0, 10, 40, 'b'), [], "110 bytes");
        assert_eq!(flight.admit(0, 1, 0, 'c'), [], "it would fit, and must not overtake");
        assert_eq!(flight.enter('d'), [], "nothing is loaded while a picture waits");
        assert_eq!(flight.leave(10, 50), [Adapt('b'), Adapt('c'), Load('d')]);
        assert_eq!(flight.admit(0, 0, 49, 'd'), [Adapt('d')], "exactly the limit");
        assert_eq!(flight.enter('e'), [Load('e')]);
        assert_eq!(flight.admit(0, 0, 1, 'e'), []);
    }

    #[test]
    fn what_is_larger_than_the_limit_is_worked_on_alone() {
        let flight = Flight::new(10, 2, 100);
        assert_eq!(loaded(&flight, 'a', 0, 1), [Adapt('a')]);
        assert_eq!(loaded(&flight, 'b', u64::MAX, u64::MAX), []);
        assert_eq!(flight.enter('c'), []);
        assert_eq!(flight.leave(0, 1), [Adapt('b')]);
        assert_eq!(flight.leave(u64::MAX, u64::MAX), [Load('c')]);
        // The only one at work finds no room: it goes on all the same.
        assert_eq!(flight.admit(0, 500, 500, 'c'), [Adapt('c')]);
    }

    #[test]
    fn no_file_is_loaded_while_memory_is_taken() {
        let flight = Flight::<char, char>::new(10, 2, 100);
        flight.hold(60);
        assert_eq!(flight.enter('a'), [Load('a')]);
        flight.hold(41);
        assert_eq!(flight.enter('b'), [], "101 bytes are held");
        assert_eq!(flight.admit(60, 20, 10, 'a'), [Adapt('a'), Load('b')]);
        assert_eq!(flight.enter('c'), [Load('c')]);
        assert_eq!((flight.enter('d'), flight.enter('e')), (vec![], vec![]), "two are being loaded");
        assert_eq!(flight.fail(41), [Load('d')]);
    }

    #[test]
    fn a_job_begins_where_there_is_a_place() {
        let flight = Flight::<(), ()>::new(2, 2, 100);
        assert!(flight.begin() && flight.begin());
        std::thread::scope(|scope| {
            let third = scope.spawn(|| flight.begin());
            flight.end();
            assert!(third.join().unwrap());
            let fourth = scope.spawn(|| flight.begin());
            flight.close();
            assert!(!fourth.join().unwrap());
        });
        flight.wait_for_all();
    }
}
