-- answered_not_asked: who answered a question that their earlier answers pass by, of all who pass one by.
-- Reads: all_rules, all_states. Writes: all_found.
insert into all_found
select
    all_states.wave,
    all_states.respondent,
    all_rules.position,
    all_states.question,
    bool_or(all_states.unrouted) as flagged
from all_states
join all_rules using (wave)
where all_rules.rule = 'answered_not_asked' and (all_states.state = 'not_asked' or all_states.unrouted)
group by all_states.wave, all_states.respondent, all_rules.position, all_states.question
order by all_states.wave, all_states.respondent, all_states.question
