/* SPDX-License-Identifier: MIT */
#include "trigger/policy.h"

#include "base/parse.h"
#include "trigger/days.h"

#include <string.h>

/* In the order of ez_gap and ez_fold. */
static const char *const gap_names[] = {"run", "skip", "shift"};
static const char *const fold_names[] = {"first", "second", "both"};

/* Reads the value of argument, one of n words, as the word's number. */
static execz_status
read_word(ez_build *build, const ez_syntax_argument *argument, const char *const *words, size_t n,
          size_t *number_out)
{
    g_autofree char *known = ez_words_join(words, n);
    const char *nearest = ez_nearest(argument->value, words, n);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(argument->value, words[i]) == 0) {
            *number_out = i;
            return EXECZ_OK;
        }
    }
    if (nearest != NULL) {
        return ez_build_fail(build, argument->value_column,
                             "%s: unknown word '%s', did you mean \"%s\"? there are %s",
                             argument->key, argument->value, nearest, known);
    }
    return ez_build_fail(build, argument->value_column, "%s: unknown word '%s'; there are %s",
                         argument->key, argument->value, known);
}

execz_status
ez_policy_read(ez_policy *self, ez_policy usual, ez_build *build, const ez_syntax_call *call,
               const ez_signature *signature)
{
    const ez_syntax_argument *gap = ez_arguments_find(call, signature, "gap");
    const ez_syntax_argument *fold = ez_arguments_find(call, signature, "fold");
    size_t gap_number = usual.gap, fold_number = usual.fold;
    execz_status status = EXECZ_OK;

    if (gap != NULL) {
        status = read_word(build, gap, gap_names, G_N_ELEMENTS(gap_names), &gap_number);
    }
    if (status == EXECZ_OK && fold != NULL) {
        status = read_word(build, fold, fold_names, G_N_ELEMENTS(fold_names), &fold_number);
    }
    if (status == EXECZ_OK) {
        *self = (ez_policy){(ez_gap)gap_number, (ez_fold)fold_number};
    }
    return status;
}

void
ez_policy_append(const ez_policy *self, ez_policy usual, GString *text)
{
    if (self->gap != usual.gap) {
        ez_syntax_append(text, "gap", gap_names[self->gap]);
    }
    if (self->fold != usual.fold) {
        ez_syntax_append(text, "fold", fold_names[self->fold]);
    }
}

static size_t
times_in_gap(ez_gap gap, const ez_segment *behind, int64_t wall, int64_t utc_out[2])
{
    if (gap == EZ_GAP_SKIP) {
        return 0;
    }
    utc_out[0] = gap == EZ_GAP_RUN ? behind->begin : wall - behind[-1].offset;
    return 1;
}

/* The first segment whose wall clock is not past wall.  Offsets are less than a day, so that no
 * segment further away can matter. */
static const ez_segment *
segment_of_wall(const ez_zone *zone, int64_t wall)
{
    const ez_segment *segment = ez_zone_segment(zone, wall - EZ_DAY_SECONDS);

    while (wall - segment->offset >= ez_segment_end(segment)) {
        segment++;
    }
    return segment;
}

size_t
ez_policy_times(const ez_policy *self, const ez_zone *zone, int64_t wall, int64_t utc_out[2])
{
    const ez_segment *segment = segment_of_wall(zone, wall);
    int64_t first = wall - segment->offset, second;
    size_t n = 0;

    if (first < segment->begin) {
        return times_in_gap(self->gap, segment, wall, utc_out);
    }
    second = wall - segment[1].offset;
    if (second < ez_segment_end(segment)) {
        utc_out[0] = first;
        return 1;
    }
    if (self->fold != EZ_FOLD_SECOND) {
        utc_out[n++] = first;
    }
    if (self->fold != EZ_FOLD_FIRST) {
        utc_out[n++] = second;
    }
    return n;
}
