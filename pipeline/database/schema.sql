-- The schema of a survey's database. First what stays: declarations as tables, with numbers in place of ids, and what
-- the analysed respondents answered, coded by those numbers. Then what goes with the connection: all that was
-- received, before anybody is excluded. Numbers count from 1 in the order of the questionnaire; 0 stands for no item,
-- no option or no question. Readers see the views of sql/views: only database/ and estimates/count.py, with the
-- statements of these two rooms, name these tables.

create schema coded;

-- the part that an option plays among the answers of its question
create type role as enum ('substantive', 'other', 'none', 'dkns', 'not_applicable');

-- what became of a question that a wave put to a respondent, or did not
create type state as enum (
    'answered', 'dkns', 'not_applicable', 'skipped', 'not_reached', 'not_asked', 'not_offered'
);

-- One row a thing the database was made from: a declaration, the cells of a wave, the code; with its hash.
create table coded.origins (name varchar, sha256 varchar);

-- One row a wave, in the order of field dates, with what its wave file says of it.
create table coded.waves (
    wave usmallint,
    name varchar,
    title varchar,
    fielded_from varchar,  -- ISO dates, empty where not declared
    fielded_to varchar,
    file varchar,  -- names and hashes of several files stand one after the other
    sha256 varchar,
    licence varchar,
    citation varchar,
    weighting varchar,  -- how its weights came about, in words; empty where it is not weighted
    duplicates varchar,  -- what is declared of responses that repeat another
    repeated bigint,  -- how many responses repeat an earlier one
    mean_weight double,  -- of the column of weights: weights in coded.respondents have a mean of 1
    synthetic boolean,
    received bigint,  -- responses in the export
    blank_rows bigint  -- rows of the export without a single answer, which are no responses
);

-- One row a question of the questionnaire, worded as in the latest wave that asked it.
create table coded.questions (
    question usmallint,
    id varchar,
    text varchar,
    kind varchar,
    counted varchar,  -- what its answers are: options, places, numbers or text
    several boolean,  -- whether one can choose several of its options
    mode varchar,  -- how one answers it, such as "(select one)"
    most bigint,  -- how many options or places it allows, as declared
    total bigint,  -- what the numbers of a respondent add up to, where they must
    private boolean
);

-- One row a wave and a question that it asked: how the wave put it.
create table coded.wordings (
    wave usmallint,
    question usmallint,
    number varchar,  -- the question's code in the export, such as Q12
    text varchar,
    mode varchar
);

-- One row a row of a grid, a thing to rank, or a thing to give points to.
create table coded.items (question usmallint, item usmallint, id varchar, label varchar);

-- One row an option of a question.
create table coded.options (
    question usmallint,
    option usmallint,
    id varchar,
    label varchar,
    role role,
    exclusive boolean,  -- nobody may choose it beside another
    score double  -- in means of a scale
);

-- One row a wave and an item or option that it put before its respondents.
create table coded.offers (
    wave usmallint,
    question usmallint,
    item usmallint,
    option usmallint,
    label varchar,  -- as this wave had it
    screened boolean  -- who chose it is excluded, so that nobody analysed has it
);

-- One row a wave and a question, or an item of a grid: what a respondent has a state on.
create table coded.slots (
    wave usmallint,
    question usmallint,
    item usmallint,
    offered boolean,  -- whether the wave asked it
    word bigint,  -- what respondents did is kept as bits, 62 of them in a word
    bit bigint
);

-- One row a wave and a question and item that answers have: the bit of their slot. The items of a ranking or an
-- allocation are answers, and the slot is that of the question.
create table coded.places (wave usmallint, question usmallint, item usmallint, word bigint, bit bigint);

-- One row an option that lets a respondent on to a question; those that the wave did not offer are left out.
create table coded.routes (wave usmallint, question usmallint, on_question usmallint, on_option usmallint);

-- One row a screening rule of a wave, in order; position 0 is the rule that repeated responses go.
create table coded.rules (
    wave usmallint,
    position usmallint,
    reason varchar,
    lost usmallint  -- how many texts of the rule stand in no cell
);

-- One row an option in a net, or a band of a number; then options joined to compare waves, which are pools.
create table coded.nets (
    question usmallint,
    net usmallint,
    id varchar,
    pool boolean,
    option usmallint,  -- null in a band
    low double,  -- a band holds its lower end
    high double,
    closed boolean  -- whether a band holds its upper end too
);

-- One row a rule of data quality in a wave, and each question, grid or combination of answers that it looks at.
create table coded.quality_rules (
    wave usmallint,
    position usmallint,
    rule varchar,
    question usmallint,
    threshold varchar,  -- what is flagged, in words
    applied_to bigint,  -- responses that it could flag
    can_be_found boolean,
    why_not varchar  -- why it could be applied to nobody
);

-- One row a response and a rule of data quality that flags it, of all responses received.
create table coded.quality (
    wave usmallint,
    respondent uinteger,
    position usmallint,
    question usmallint,
    rule varchar
);

-- One row a response received.
create table coded.respondents (
    wave usmallint,
    respondent uinteger,  -- its row in the export, from 1
    weight decimal(18, 12),  -- with a mean of 1 over the analysed of a wave; decimals, so that sums are exact
    excluded varchar  -- the reason of the screening rule; null for the analysed
);

-- One row an answer of an analysed respondent.
create table coded.answers (
    wave usmallint,
    respondent uinteger,
    question usmallint,
    item usmallint,
    option usmallint,
    rank usmallint,  -- the place of an item of a ranking
    value double  -- a number, a date in days, or points
);

-- One row an analysed respondent who chose an option of a net, and the net, where one can choose several.
create table coded.unions (
    wave usmallint,
    respondent uinteger,
    question usmallint,
    item usmallint,
    net usmallint
);

-- One row an analysed respondent and a word of slots: bits of the slots in each state; those in none were not offered.
create table coded.states (
    wave usmallint,
    respondent uinteger,
    word usmallint,
    answered bigint,
    dkns bigint,
    not_applicable bigint,
    skipped bigint,
    not_reached bigint,
    not_asked bigint,
    unrouted bigint  -- those that have an answer although earlier answers pass them by
);

-- One row a text that an analysed respondent wrote, to a text question that is not private.
create table coded.texts (wave usmallint, respondent uinteger, question usmallint, text varchar);

-- One row an analysed respondent, a question and what they did to it that the questionnaire does not allow.
create table coded.flags (wave usmallint, respondent uinteger, question usmallint, flag varchar);

-- One row a group of a question that a wave is weighted to.
create table coded.targets (
    wave usmallint,
    question usmallint,
    position usmallint,
    grp varchar,
    label varchar,
    source varchar,
    respondents uinteger,  -- null, as the two shares of the sample, where they are few
    target double,  -- shares of those who are in a group
    unweighted double,
    weighted double
);

-- Of all responses received; these tables go with the connection.

-- One row a response.
create temp table all_respondents (wave usmallint, respondent uinteger);

-- One row an answer, as it was received, to a question that people are screened by.
create temp table all_ticked as select * from coded.answers limit 0;

-- One row a response and a grid that it answered: on how many items, and the first and the last option it chose.
create temp table all_grids (
    wave usmallint,
    respondent uinteger,
    question usmallint,
    answered bigint,
    lowest usmallint,
    highest usmallint
);

-- One row an answer to a question whose options rules of data quality look at.
create temp table all_answers as select * from coded.answers limit 0;

-- One row a response: how many answers, and two numbers that are the same for the same answers, and for no others.
create temp table all_answer_sets (
    wave usmallint,
    respondent uinteger,
    answers bigint,
    first ubigint,
    second ubigint
);

-- One row a multiple choice of which a response says of one option or more that it was not ticked.
create temp table all_denied (wave usmallint, respondent uinteger, question usmallint);

-- One row a text to a text question that is not private.
create temp table all_texts (wave usmallint, respondent uinteger, question usmallint, text varchar);

-- One row a flag that is seen in the cells and no longer in the answers.
create temp table all_flags (wave usmallint, respondent uinteger, question usmallint, flag varchar);

-- One row a response with an id.
create temp table all_ids (wave usmallint, respondent uinteger, id varchar);

-- One row a response of a wave with a column of weights: what stands in that.
create temp table all_weights (wave usmallint, respondent uinteger, text varchar);

-- One row a response whose duration is known.
create temp table all_durations (wave usmallint, respondent uinteger, seconds double);

-- One row a response that is like others: its place among those alike, and how many they are.
create temp table all_repeated (wave usmallint, respondent uinteger, place uinteger, places uinteger);

-- One row a response and a screening rule that holds of it.
create temp table all_screens (wave usmallint, respondent uinteger, position usmallint);

-- One row a response that is not analysed: the reason of the first screening rule that holds of it.
create temp table all_excluded (wave usmallint, respondent uinteger, reason varchar);

-- One row an analysed response of a wave that is weighted.
create temp table all_weighted (wave usmallint, respondent uinteger, weight decimal(18, 12));

-- One row a response and a word: bits of the questions and items of a grid that have any answer, those that are
-- answered, those that are not known and those that earlier answers pass by; and the last question with any answer.
create temp table all_response_bits (
    wave usmallint,
    respondent uinteger,
    word bigint,
    given bigint,
    answered bigint,
    dkns bigint,
    unrouted bigint,
    last_question usmallint
);

-- One row a response of a wave whose export tells who finished, and whether this one did.
create temp table all_finished (wave usmallint, respondent uinteger, finished boolean);

-- One row a response without an answer to the last questions, the first of these, and whether it was finished.
create temp table all_partials (wave usmallint, respondent uinteger, at_question usmallint, finished boolean);

-- One row a rule of data quality and what it looks at, before it is applied.
create temp table all_quality_rules (
    wave usmallint,
    position usmallint,
    rule varchar,
    question usmallint,
    threshold varchar,
    why_not varchar,
    fewest bigint,
    seconds double
);

-- One row an option that a rule of data quality asks about.
create temp table all_quality_options (
    wave usmallint,
    position usmallint,
    question usmallint,
    option usmallint
);

-- One row a screening rule (its position) and a rule of data quality that it names.
create temp table all_quality_screens (wave usmallint, position usmallint, rule varchar);

-- One row a response to which a rule of data quality applies, and whether the rule flags it.
create temp table all_quality_results (
    wave usmallint,
    respondent uinteger,
    position usmallint,
    question usmallint,
    flagged boolean
);
