//! Shoot-out: attempts in turn, so many each, then sudden death; over as soon as nobody can catch up
//! (association football: Laws of the Game, Law 10).

use crate::domain::game::Shootout;
use crate::domain::sport::SeriesDef;

/// Counts an attempt, and says who has won once that is settled.
pub(in crate::domain) fn attempt(shootout: &mut Shootout, series: &SeriesDef, side: usize, scored: bool) {
    shootout.attempts.push((side, scored));
    shootout.winner = winner(shootout, series);
}

/// Whether no attempt follows: somebody has won, or all are taken and there is no sudden death.
pub(in crate::domain) fn is_over(shootout: &Shootout, series: &SeriesDef) -> bool {
    let all_taken = || {
        let taken = |side| shootout.attempts.iter().filter(|(of, _)| *of == side).count();
        let attempts = usize::try_from(series.attempts).unwrap_or(usize::MAX);
        taken(0) >= attempts && taken(1) >= attempts
    };
    shootout.winner.is_some() || (!series.sudden_death && all_taken())
}

fn winner(shootout: &Shootout, series: &SeriesDef) -> Option<usize> {
    let score = shootout.score();
    let mut taken = [0_u32; 2];
    for (side, _) in &shootout.attempts {
        taken[*side] += 1;
    }
    let ahead = if score[0] > score[1] { 0 } else { 1 };
    if taken[0].max(taken[1]) > series.attempts {
        // Sudden death: decided when both have taken as many and one has scored more.
        return (series.sudden_death && taken[0] == taken[1] && score[0] != score[1]).then_some(ahead);
    }
    let left = taken.map(|taken| series.attempts - taken);
    let behind = 1 - ahead;
    let beyond_reach = score[ahead] > score[behind] + left[behind];
    let all_taken = left == [0, 0] && score[0] != score[1];
    (all_taken || (series.stop_when_decided && beyond_reach)).then_some(ahead)
}

#[cfg(test)]
mod tests {
    use super::{attempt, is_over};
    use crate::domain::game::Shootout;
    use crate::domain::sport::SeriesDef;

    /// `+` scored, `-` missed, in turn.
    fn play(kicks: &str) -> Option<usize> {
        let series = SeriesDef { attempts: 5, sudden_death: true, stop_when_decided: true };
        let mut shootout = Shootout::default();
        for (number, kick) in kicks.chars().enumerate() {
            assert_eq!(shootout.winner, None, "decided before kick {number} of {kicks}");
            attempt(&mut shootout, &series, number % 2, kick == '+');
        }
        shootout.winner
    }

    #[test]
    fn it_ends_when_nobody_can_catch_up_and_goes_on_while_level() {
        for (kicks, winner) in [
            ("-++--+++++", Some(1)),
            ("+-+-+-", Some(0)),
            ("+-+-+", None),
            ("++++++++++", None),
            ("+++++++++++-", Some(0)),
            ("++++++++++-+", Some(1)),
            ("+++++++++++", None),
            ("+++++++++-", Some(0)),
        ] {
            assert_eq!(play(kicks), winner, "{kicks}");
        }
    }

    #[test]
    fn without_sudden_death_it_may_end_level() {
        let series = SeriesDef { attempts: 2, sudden_death: false, stop_when_decided: true };
        let mut shootout = Shootout::default();
        for (side, over) in [(0, false), (1, false), (0, false), (1, true)] {
            attempt(&mut shootout, &series, side, true);
            assert_eq!((shootout.winner, is_over(&shootout, &series)), (None, over));
        }
    }
}
