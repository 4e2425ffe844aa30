# The same shares by data.table: fread of the columns needed, choices as integers, a grouping a question.
suppressPackageStartupMessages(library(data.table))
setDTthreads(0)
arguments <- commandArgs(trailingOnly = TRUE)
Z <- 1.959963984540054

plan <- fread(arguments[2], colClasses = "character", encoding = "UTF-8")
plan[, c("line", "slot", "column") := lapply(.SD, as.integer), .SDcols = c("line", "slot", "column")]
plan[, name := paste0("V", column + 1L)]
weight <- plan[1, name]
lines <- plan[-1]

used <- sort(unique(plan$column)) + 1L
rows <- fread(arguments[1], skip = 2, header = FALSE, sep = ",", select = used, encoding = "UTF-8",
  colClasses = list(character = setdiff(used, plan$column[1] + 1L)), na.strings = NULL)
setnames(rows, paste0("V", used))

screens <- lines[screens != "", .(labels = list(label)), by = name]
for (i in seq_len(nrow(screens))) rows <- rows[!get(screens$name[i]) %chin% screens$labels[[i]]]
setnames(rows, weight, "w")
rows[, ww := w^2]

# the line of the option chosen, as an integer; missing where nothing was
code <- function(own) {
  labelled <- own[kind == "label"]
  chosen <- labelled$line[chmatch(rows[[labelled$name[1]]], labelled$label)]
  for (i in which(own$kind == "box")) {
    other <- which(is.na(chosen) & nzchar(rows[[own$name[i]]]))
    chosen[other] <- own$line[i]
  }
  chosen
}
groups <- lapply(c("region", "organisation_size"), function(question_) {
  own <- lines[question == question_]
  match(code(own), own$line[own$groups != ""])
})
sizes <- vapply(c("region", "organisation_size"), function(q) nrow(lines[question == q & groups != ""]), 1L)
rows[, g := (groups[[1]] - 1L) * sizes[2] + groups[[2]]]
rows[is.na(g), g := 0L]

# a grouping by so few groups is done before more threads have started
setDTthreads(1)
sums <- function(own) {
  slot_ <- own$slot[1]
  if (any(own$kind == "label")) {
    rows[, line := code(own)]
    found <- rows[!is.na(line), .(n = .N, w = sum(w), ww = sum(ww)), keyby = .(g, line)]
    base <- found[, .(n = sum(n), w = sum(w), ww = sum(ww)), keyby = g][, line := 0L]
  } else {
    ticked <- lapply(own$name, function(name) nzchar(rows[[name]]))
    of <- function(ticked, line_) {
      rows[ticked, .(n = .N, w = sum(w), ww = sum(ww)), keyby = g][, line := line_]
    }
    found <- rbindlist(Map(of, ticked, own$line), use.names = TRUE)
    base <- of(Reduce(`|`, ticked), 0L)
  }
  rbindlist(list(found, base), use.names = TRUE)[, slot := slot_]
}
found <- rbindlist(lapply(split(lines, by = "slot"), sums), use.names = TRUE)
# the groups and those in none are everybody
everybody <- found[, .(g = -1L, n = sum(n), w = sum(w), ww = sum(ww)), by = .(slot, line)]
found <- rbindlist(list(found[g > 0], everybody), use.names = TRUE)

names <- CJ(one = seq_len(sizes[1]), other = seq_len(sizes[2]))
names[, g := (one - 1L) * sizes[2] + other]
option <- function(question_, place) lines[question == question_ & groups != "", option][place]
names[, `:=`(region = option("region", one), organisation_size = option("organisation_size", other))]
names <- rbind(names[, .(g, region, organisation_size)], list(-1L, "", ""))

base <- found[line == 0, .(slot, g, valid_cases = n, base = w, e = w^2 / ww)]
result <- merge(lines[, .(line, slot, question, item, option)], base, by = "slot", allow.cartesian = TRUE)
result <- found[line > 0, .(line, g, respondents = n, w)][result, on = .(line, g)]
result[is.na(respondents), `:=`(respondents = 0L, w = 0)]
result[names, on = "g", `:=`(region = i.region, organisation_size = i.organisation_size)]
result[, share := w / base]
result[, half := Z * sqrt(share * (1 - share) / e + Z^2 / (4 * e^2))]
result[, low := fifelse(share == 0, 0, (share + Z^2 / (2 * e) - half) / (1 + Z^2 / e))]
result[, high := fifelse(share == 1, 1, (share + Z^2 / (2 * e) + half) / (1 + Z^2 / e))]
setorder(result, line, g)
fwrite(result[, .(question, item, option, region, organisation_size, respondents, valid_cases, share, low, high)],
  arguments[3])
