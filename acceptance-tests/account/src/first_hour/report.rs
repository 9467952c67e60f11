//! What the first hour has told: a line for each question, and a file of settings.

use std::fmt;

use serde_json::{Map, Value};

use super::hour::Replies;
use super::questions::{self, Named, Question, Seen};

/// The answers to all questions.
pub struct Report {
    answers: Vec<(&'static Question, Seen)>,
    /// Calls of which the provider's own client did not take the reply.
    disbelieved: Vec<(String, String)>,
    defaults: Value,
}

impl Report {
    /// Judges the replies.
    pub fn new(replies: &Replies, named: &Named) -> Self {
        let answer = |question: &'static Question| (question, question.judge(replies, named));
        let disbelieved = replies
            .0
            .iter()
            .filter_map(|reply| Some((reply.number.clone(), reply.disbelieved.clone()?)));
        Self {
            answers: questions::ALL.iter().map(answer).collect(),
            disbelieved: disbelieved.collect(),
            defaults: questions::defaults(),
        }
    }

    /// Every answer that was told, as the sandbox takes it.
    pub fn settings(&self) -> Map<String, Value> {
        let told = self.answers.iter().filter_map(|(question, seen)| match seen {
            Seen::Answer(answer) => Some((question.switch.to_owned(), answer.clone())),
            Seen::Neither(_) | Seen::Untold(_) => None,
        });
        told.collect()
    }

    /// The switches in which the service is other than the sandbox is by itself.
    pub fn differing(&self) -> Vec<&'static str> {
        let differs = |(question, seen): &&(&Question, Seen)| match seen {
            Seen::Answer(answer) => self.defaults[question.switch] != *answer,
            Seen::Neither(_) => true,
            Seen::Untold(_) => false,
        };
        self.answers.iter().filter(differs).map(|(question, _)| question.switch).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (question, seen) in &self.answers {
            let by_itself = &self.defaults[question.switch];
            let says = match seen {
                Seen::Answer(answer) if answer == by_itself => format!("{answer}, as the sandbox"),
                Seen::Answer(answer) => format!("{answer}, where the sandbox says {by_itself}"),
                Seen::Neither(came) => format!("none of its answers: {came}"),
                Seen::Untold(why) => format!("not told: {why}"),
            };
            let calls = question.calls.join(", ");
            writeln!(f, "{:<38} {says} (by {calls})", question.switch)?;
        }
        writeln!(f)?;
        for (switch, why) in questions::BEYOND {
            writeln!(f, "{switch:<38} not asked: {why}")?;
        }
        writeln!(f)?;
        for (number, why) in &self.disbelieved {
            writeln!(f, "The provider does not take the reply to call {number}: {why}")?;
        }
        match self.differing()[..] {
            [] => writeln!(f, "The service differs from the sandbox in nothing that was told."),
            ref switches => {
                writeln!(f, "The service differs from the sandbox in: {}", switches.join(", "))
            }
        }
    }
}
