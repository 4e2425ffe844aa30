-- offers: one row an option or item that a wave offered of the questions counted, with the role and score of options.
-- Reads: coded.offers, coded.questions, coded.options, counted_questions.
select offers.* exclude (label), options.role::varchar as role, options.score, questions.counted
from coded.offers
join counted_questions using (question)
join coded.questions using (question)
left join coded.options using (question, option)
order by offers.wave, offers.question, offers.item, offers.option
