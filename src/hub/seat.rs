//! Who is woken by what: sets of channels, chunks of phones, one seat each.
//!
//! Phones that follow the same channels share one set, so a frame wakes the phones of the sets that hold
//! its channel and nobody else, and a phone costs the hub one waker and one number. A chunk is as many
//! phones as are woken without letting other tasks run.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::task::Waker;

use super::channel::Channel;
use super::frame::{Frame, Retained};
use super::{Hub, relock};
use crate::wire::Transport;

/// How many phones are woken in one go.
pub(crate) const SLICE: usize = 256;

/// How soon the phones of a set are woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Pace {
    /// At once.
    AtOnce,
    /// A moment later, so that what comes in that moment goes together: one answer is one request.
    Gathering,
}

/// Phones that follow the same channels at the same pace.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) hub: Hub,
    pub(crate) channels: Box<[Arc<Channel>]>,
    pub(crate) pace: Pace,
    // The newest frame of any of the channels. Stored after the frame is in its ring, so that every
    // frame up to it can be found.
    latest: AtomicU64,
    // The newest frame again, with the one before it: what nearly every phone needs next.
    tail: RwLock<Option<(u64, Arc<Frame>)>>,
    chunks: Mutex<Vec<Arc<Chunk>>>,
    ended: AtomicBool,
    // Whether the set waits to be woken already.
    pub(crate) queued: AtomicBool,
}

impl Set {
    pub(crate) fn new(hub: Hub, channels: Box<[Arc<Channel>]>, pace: Pace) -> Self {
        let latest = channels.iter().map(|channel| channel.ring().retained().frame).max().unwrap_or(0);
        Self {
            hub,
            channels,
            pace,
            latest: latest.into(),
            tail: RwLock::default(),
            chunks: Mutex::default(),
            ended: false.into(),
            queued: false.into(),
        }
    }

    /// Notes the newest frame; `None` when a board was published without one.
    pub(crate) fn note(&self, number: u64, frame: Option<Arc<Frame>>) {
        let before = self.latest.load(Ordering::Relaxed);
        *self.tail.write().unwrap_or_else(relock) = frame.map(|frame| (before, frame));
        self.latest.store(number, Ordering::Release);
    }

    /// One of the channels has ended: nobody may stay and wait for it.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    pub(crate) fn chunks(&self) -> MutexGuard<'_, Vec<Arc<Chunk>>> {
        self.chunks.lock().unwrap_or_else(relock)
    }

    /// How many sit here.
    pub(crate) fn seated(&self) -> usize {
        self.chunks().iter().map(|chunk| chunk.taken()).sum()
    }

    /// Gives back the memory of chunks nobody sits in.
    pub(crate) fn tidy(&self) {
        let mut chunks = self.chunks();
        chunks.retain(|chunk| chunk.taken.load(Ordering::Relaxed) > 0 || Arc::strong_count(chunk) > 1);
        chunks.shrink_to_fit();
    }

    fn sit(&self) -> Bell {
        let mut chunks = self.chunks();
        for chunk in chunks.iter() {
            if let Some(index) = chunk.take() {
                return Bell { chunk: chunk.clone(), index };
            }
        }
        let chunk = Arc::new(Chunk::new());
        let index = chunk.take().expect("a new chunk has a place");
        chunks.push(chunk.clone());
        Bell { chunk, index }
    }
}

/// Up to [`SLICE`] phones of a set.
#[derive(Debug)]
pub(crate) struct Chunk {
    taken: AtomicUsize,
    places: Mutex<Places>,
    due: [AtomicU32; SLICE],
}

#[derive(Debug, Default)]
struct Places {
    wakers: Vec<Option<Waker>>,
    free: Vec<u8>,
}

/// A tick that never comes.
const NEVER: u32 = u32::MAX;

impl Chunk {
    fn new() -> Self {
        Self { taken: 0.into(), places: Mutex::default(), due: [const { AtomicU32::new(NEVER) }; SLICE] }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(relock)
    }

    fn take(&self) -> Option<u8> {
        if self.taken.load(Ordering::Relaxed) == SLICE {
            return None;
        }
        let mut places = self.places();
        let index = match places.free.pop() {
            Some(index) => index,
            None => {
                let index = u8::try_from(places.wakers.len()).ok()?;
                // Room for the whole slice at once would cost a set of three phones 4 KiB.
                if places.wakers.len() == places.wakers.capacity() {
                    let more = places.wakers.len().clamp(4, SLICE / 4);
                    places.wakers.reserve_exact(more);
                }
                places.wakers.push(None);
                index
            }
        };
        self.taken.fetch_add(1, Ordering::Relaxed);
        Some(index)
    }

    fn leave(&self, index: u8) {
        self.due[usize::from(index)].store(NEVER, Ordering::Relaxed);
        let waker = {
            let mut places = self.places();
            places.free.push(index);
            places.wakers[usize::from(index)].take()
        };
        self.taken.fetch_sub(1, Ordering::Relaxed);
        // Dropped outside the lock: the last waker of a task frees the task.
        drop(waker);
    }

    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// Wakes everybody here.
    pub(crate) fn wake(&self) {
        for waker in self.places().wakers.iter().flatten() {
            waker.wake_by_ref();
        }
    }

    /// Wakes those whose time has come.
    pub(crate) fn wake_due(&self, tick: u32) {
        if self.taken.load(Ordering::Relaxed) == 0 {
            return;
        }
        for (index, due) in self.due.iter().enumerate() {
            if due.load(Ordering::Relaxed) <= tick {
                due.store(NEVER, Ordering::Relaxed);
                if let Some(Some(waker)) = self.places().wakers.get(index) {
                    waker.wake_by_ref();
                }
            }
        }
    }
}

/// Wakes one phone. It may have left: then whoever sits in its place wakes for nothing.
#[derive(Clone, Debug)]
pub struct Bell {
    chunk: Arc<Chunk>,
    index: u8,
}

impl Bell {
    /// Wakes the phone.
    pub fn ring(&self) {
        if let Some(Some(waker)) = self.chunk.places().wakers.get(usize::from(self.index)) {
            waker.wake_by_ref();
        }
    }
}

impl PartialEq for Bell {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.chunk, &other.chunk) && self.index == other.index
    }
}

/// What a phone at some frame needs next.
#[derive(Debug)]
pub enum Next {
    /// Nothing: it holds everything.
    Nothing,
    /// This frame.
    Frame(Arc<Frame>),
    /// The ring has forgotten something it needs: [`Seat::resync`].
    Overtaken,
}

/// What a phone is given so that it holds all its channels at `at`.
#[derive(Debug)]
pub struct Opening {
    /// Where it stands once it has all of it.
    pub at: u64,
    /// Whether the missing frames could be given.
    pub recovered: bool,
    /// The missing frames, oldest first.
    pub frames: Vec<Arc<Frame>>,
    /// The boards it needs whole, not contained in the frames.
    pub boards: Vec<Arc<Retained>>,
}

/// One connection's place in the hub; left when dropped.
///
/// The order that loses nothing: [`Self::attach`] the waker, then ask what is next. Whatever is published
/// after the asking wakes.
#[derive(Debug)]
pub struct Seat {
    set: Arc<Set>,
    bell: Bell,
    transport: Transport,
}

impl Seat {
    pub(crate) fn new(set: Arc<Set>, transport: Transport) -> Self {
        let bell = set.sit();
        set.hub.count(transport).fetch_add(1, Ordering::Relaxed);
        Self { set, bell, transport }
    }

    /// The hub.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.set.hub
    }

    /// What wakes this connection.
    #[must_use]
    pub fn bell(&self) -> &Bell {
        &self.bell
    }

    /// The transport it was taken for.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Sets who is woken.
    pub fn attach(&self, waker: &Waker) {
        let old = self.bell.chunk.places().wakers[usize::from(self.bell.index)].replace(waker.clone());
        drop(old);
    }

    /// Wakes at the first sweep at or after this tick, besides all else.
    pub fn wake_at(&self, tick: u32) {
        self.bell.chunk.due[usize::from(self.bell.index)].store(tick, Ordering::Relaxed);
    }

    /// Whether one of the channels has ended.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.set.ended.load(Ordering::Acquire)
    }

    /// What a phone that holds everything up to `held` needs next.
    #[must_use]
    pub fn next_after(&self, held: u64) -> Next {
        let latest = self.set.latest.load(Ordering::Acquire);
        if latest <= held {
            return Next::Nothing;
        }
        if let Some((before, frame)) = &*self.set.tail.read().unwrap_or_else(relock)
            && *before <= held
            && held < frame.number()
        {
            return Next::Frame(frame.clone());
        }
        let mut next: Option<Arc<Frame>> = None;
        for channel in &self.set.channels {
            let ring = channel.ring();
            if !ring.covers(held) {
                return Next::Overtaken;
            }
            // Not beyond `latest`: a channel looked at before may have a lower one by now.
            if let Some(frame) = ring.between(held, latest).next()
                && next.as_ref().is_none_or(|next| frame.number() < next.number())
            {
                next = Some(frame.clone());
            }
        }
        next.map_or(Next::Nothing, Next::Frame)
    }

    /// The next frames after `held`, oldest first, at most `most`: for a phone that has fallen behind
    /// and takes them in one write. Empty when it holds everything or is overtaken.
    #[must_use]
    pub fn run_after(&self, held: u64, most: usize) -> Vec<Arc<Frame>> {
        let latest = self.set.latest.load(Ordering::Acquire);
        let mut run = Vec::new();
        for channel in &self.set.channels {
            let ring = channel.ring();
            if !ring.covers(held) {
                return Vec::new();
            }
            run.extend(ring.between(held, latest).take(most).cloned());
        }
        run.sort_unstable_by_key(|frame| frame.number());
        run.truncate(most);
        run
    }

    /// The newest frame of any of the channels.
    #[must_use]
    pub fn latest(&self) -> u64 {
        self.set.latest.load(Ordering::Acquire)
    }

    /// What a newcomer needs who says it holds everything up to `held`, except the `fresh` channels.
    #[must_use]
    pub fn opening(&self, held: Option<u64>, fresh: &[super::ChannelId]) -> Opening {
        // No frame is published while the book is held: boards and frames are of one moment.
        let _book = self.set.hub.book();
        let at = self.set.hub.frame();
        let known = held.filter(|&held| {
            let mut kept = self.set.channels.iter().filter(|channel| !fresh.contains(&channel.id));
            held <= at && kept.all(|channel| channel.ring().covers(held))
        });
        let (mut frames, mut boards) = (Vec::new(), Vec::new());
        for channel in &self.set.channels {
            let ring = channel.ring();
            match known {
                Some(held) if !fresh.contains(&channel.id) => frames.extend(ring.between(held, at).cloned()),
                _ => boards.push(ring.retained().clone()),
            }
        }
        frames.sort_unstable_by_key(|frame| frame.number());
        Opening { at, recovered: known.is_some(), frames, boards }
    }

    /// What brings a phone that has been overtaken to the present: the boards that have changed since
    /// `held`, at one moment. The frames between are skipped; that is what a snapshot is for.
    #[must_use]
    pub fn resync(&self, held: u64) -> Opening {
        let _book = self.set.hub.book();
        let at = self.set.hub.frame();
        let boards = self.set.channels.iter().map(|channel| channel.ring().retained().clone());
        let boards = boards.filter(|board| board.frame > held).collect();
        self.set.hub.count_resync();
        Opening { at, recovered: false, frames: Vec::new(), boards }
    }

    /// Where the whole box stands, if this phone holds everything of its channels up to there.
    #[must_use]
    pub fn standing(&self, held: u64) -> Option<u64> {
        // Read before `latest`: what was published up to it has been noted in the set by then.
        let frame = self.set.hub.frame();
        (self.set.latest.load(Ordering::Acquire) <= held).then_some(frame.max(held))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.bell.chunk.leave(self.bell.index);
        self.set.hub.count(self.transport).fetch_sub(1, Ordering::Relaxed);
    }
}
