-- public_bands: in which band of a number or a date the answers of analysed respondents are, by ids.
-- Reads: the view answers, coded.nets, coded.questions.
select answers.wave, answers.respondent, answers.question, nets.id as net
from answers
join coded.questions on questions.id = answers.question
join coded.nets
    on nets.question = questions.question
    and answers.value >= nets.low
    and (answers.value < nets.high or nets.closed and answers.value = nets.high)
where questions.kind <> 'multiple'
order by all
