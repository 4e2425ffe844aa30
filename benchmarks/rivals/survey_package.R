# The same shares by R's survey package: svymean of all, svyby of each pair of groups, with standard errors by
# linearisation; and Wilson's interval at Kish's effective base, which the package does not have.
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
Z <- 1.959963984540054
GROUPS <- c("region", "organisation_size")

plan <- read.csv(arguments[2], colClasses = "character", encoding = "UTF-8")
plan$name <- paste0("V", as.integer(plan$column) + 1L)
lines <- plan[-1, ]
cells <- read.csv(arguments[1], skip = 2, header = FALSE, colClasses = "character", encoding = "UTF-8")

out <- rep(FALSE, nrow(cells))
for (i in which(lines$screens != "")) out <- out | cells[[lines$name[i]]] == lines$label[i]
cells <- cells[!out, ]

# the options of a choice as a factor; missing where nothing was chosen
code <- function(own) {
  labelled <- own[own$kind == "label", ]
  chosen <- match(cells[[labelled$name[1]]], labelled$label)
  for (i in which(own$kind == "box")) chosen[is.na(chosen) & cells[[own$name[i]]] != ""] <- i
  factor(own$line[chosen], levels = own$line)
}
slots <- split(lines, factor(lines$slot, unique(lines$slot)))
answers <- data.frame(w = as.numeric(cells[[plan$name[1]]]))
for (slot in names(slots)) {
  own <- slots[[slot]]
  if (any(own$kind == "label")) {
    answers[[paste0("s", slot)]] <- code(own)
  } else {
    ticked <- sapply(own$name, function(name) as.integer(cells[[name]] != ""))
    ticked[rowSums(ticked) == 0, ] <- NA
    answers[paste0("l", own$line)] <- as.data.frame(ticked)
  }
}
for (group in GROUPS) {
  own <- lines[lines$question == group, ]
  answers[[group]] <- factor(own$option[match(code(own), own$line)], own$option[own$groups != ""])
}
design <- svydesign(ids = ~1, weights = ~w, data = answers)

# one row an option and group: who chose it, its base, its share and its interval
table_of <- function(own, shares, counted, region, size) {
  share <- as.vector(shares)
  n <- counted$e
  half <- Z * sqrt(share * (1 - share) / n + Z^2 / (4 * n^2))
  data.frame(
    question = own$question, item = own$item, option = own$option, region, organisation_size = size,
    respondents = counted$yes, valid_cases = counted$cases, share,
    low = ifelse(share == 0, 0, (share + Z^2 / (2 * n) - half) / (1 + Z^2 / n)),
    high = ifelse(share == 1, 1, (share + Z^2 / (2 * n) + half) / (1 + Z^2 / n))
  )
}
counts <- function(answers, names) {
  there <- answers[!is.na(answers[[names[1]]]), ]
  yes <- if (is.factor(there[[names[1]]])) as.vector(table(there[[names[1]]])) else colSums(there[names])
  list(yes = yes, cases = nrow(there), e = sum(there$w)^2 / sum(there$w^2))
}
tables <- lapply(names(slots), function(slot) {
  own <- slots[[slot]]
  names <- if (any(own$kind == "label")) paste0("s", slot) else paste0("l", own$line)
  formula <- reformulate(names)
  everybody <- table_of(own, coef(svymean(formula, design, na.rm = TRUE)), counts(answers, names), "", "")
  there <- subset(design, !is.na(answers[[names[1]]]))
  by <- svyby(formula, reformulate(GROUPS), there, svymean, drop.empty.groups = TRUE)
  shares <- as.matrix(by[, 2 + seq_len(nrow(own))])
  groups <- lapply(seq_len(nrow(by)), function(i) {
    inside <- which(answers$region == by$region[i] & answers$organisation_size == by$organisation_size[i])
    counted <- counts(answers[inside, ], names)
    table_of(own, shares[i, ], counted, as.character(by$region[i]), as.character(by$organisation_size[i]))
  })
  do.call(rbind, c(list(everybody), groups))
})
write.csv(do.call(rbind, tables), arguments[3], row.names = FALSE, quote = FALSE)
