/* SPDX-License-Identifier: MIT */
#include "config/policy.h"

#include "base/parse.h"

#include <execz/task.h>

#include <math.h>
#include <string.h>

/* ---- overlap --------------------------------------------------------------------------------- */

static bool
read_queue(const ez_reading *reading, const ez_ini_entry *entry, size_t offset, uint32_t *out)
{
    const char *text = entry->setting.value + offset;
    size_t blanks = strspn(text, " \t");
    int64_t limit = 1;

    if (text[blanks] != '\0' && (ez_parse_i64(text + blanks, &limit, NULL) != EXECZ_OK ||
                                 limit < 1 || limit > EXECZ_OVERLAP_LIMIT_MAX)) {
        ez_value_problem(reading, entry, offset + blanks, EZ_C_BAD_NUMBER,
                         "'%s' is no limit of a queue; write queue N, with N from 1 to %d",
                         text + blanks, EXECZ_OVERLAP_LIMIT_MAX);
        return false;
    }
    out[0] = EXECZ_OVERLAP_QUEUE;
    out[1] = (uint32_t)limit;
    return true;
}

bool
ez_policy_read_overlap(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out)
{
    const char *text = entry->setting.value;
    size_t length = strcspn(text, " \t");

    if (length == strlen("queue") && g_ascii_strncasecmp(text, "queue", length) == 0) {
        return read_queue(reading, entry, length, out);
    }
    if (g_ascii_strcasecmp(text, "skip") == 0) {
        out[0] = EXECZ_OVERLAP_SKIP;
    } else if (g_ascii_strcasecmp(text, "replace") == 0) {
        out[0] = EXECZ_OVERLAP_REPLACE;
    } else {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_CHOICE,
                         "'%s' is none of skip, queue N, replace", text);
        return false;
    }
    out[1] = 0;
    return true;
}

/* ---- coalescing and delivery ------------------------------------------------------------------ */

bool
ez_policy_read_coalesce(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out)
{
    const char *word = entry->setting.value;
    bool truth;

    if (g_ascii_strcasecmp(word, "latest") == 0) {
        *out = EXECZ_COALESCE_LATEST;
    } else if (g_ascii_strcasecmp(word, "none") == 0) {
        *out = EXECZ_COALESCE_NONE;
    } else if (ez_parse_bool(word, &truth, NULL) == EXECZ_OK) {
        *out = truth ? EXECZ_COALESCE_LATEST : EXECZ_COALESCE_NONE;
    } else {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_CHOICE,
                         "'%s' is none of latest (or yes), none (or no)", word);
        return false;
    }
    return true;
}

bool
ez_policy_read_delivery(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out)
{
    const char *word = entry->setting.value;

    if (g_ascii_strcasecmp(word, "at-most-once") == 0) {
        *out = EXECZ_DELIVERY_AT_MOST_ONCE;
    } else if (g_ascii_strcasecmp(word, "at-least-once") == 0) {
        *out = EXECZ_DELIVERY_AT_LEAST_ONCE;
    } else {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_CHOICE,
                         "'%s' is none of at-most-once, at-least-once", word);
        return false;
    }
    return true;
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* Moves *at to the next word, and behind it; its length, 0 if there is none. */
static size_t
next_word(const char **at, const char **word_out)
{
    size_t length;

    *at += strspn(*at, " \t,");
    length = strcspn(*at, " \t,");
    *word_out = *at;
    *at += length;
    return length;
}

static uint32_t
outcome_of(const char *word, size_t length)
{
    static const char *const words[] = {"error", "timeout", "lost"};

    for (uint32_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strlen(words[i]) == length && g_ascii_strncasecmp(words[i], word, length) == 0) {
            return 1u << i;
        }
    }
    return 0;
}

bool
ez_policy_read_outcomes(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out)
{
    const char *text = entry->setting.value, *at = text, *word;
    uint32_t outcomes = 0;
    size_t length;

    EXECZ_STATIC_ASSERT(EXECZ_RETRY_ON_ERROR == 1u && EXECZ_RETRY_ON_TIMEOUT == 2u &&
                            EXECZ_RETRY_ON_LOST == 4u,
                        "in the order of the words");
    while ((length = next_word(&at, &word)) > 0) {
        uint32_t outcome = outcome_of(word, length);

        if (outcome == 0) {
            ez_value_problem(reading, entry, (size_t)(word - text), EZ_C_BAD_CHOICE,
                             "'%.*s' is none of error, timeout, lost", (int)length, word);
            return false;
        }
        outcomes |= outcome;
    }
    if (outcomes == 0) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_CHOICE,
                         "it names nothing; write some of error, timeout, lost");
        return false;
    }
    *out = outcomes;
    return true;
}

bool
ez_policy_read_statuses(const ez_reading *reading, const ez_ini_entry *entry, ez_status_list *out)
{
    const char *text = entry->setting.value, *at = text, *word;
    g_autoptr(GArray) statuses = g_array_new(FALSE, FALSE, sizeof(int32_t));
    size_t length;

    while ((length = next_word(&at, &word)) > 0) {
        g_autofree char *number = g_strndup(word, length);
        int64_t status;
        int32_t kept;

        if (ez_parse_i64(number, &status, NULL) != EXECZ_OK || status < INT32_MIN ||
            status > INT32_MAX) {
            ez_value_problem(reading, entry, (size_t)(word - text), EZ_C_BAD_NUMBER,
                             "'%s' is no exit status; write numbers, e.g. 2 64", number);
            return false;
        }
        kept = (int32_t)status;
        g_array_append_val(statuses, kept);
    }
    if (statuses->len == 0 || statuses->len > EXECZ_RETRY_NEVER_MAX) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_NUMBER,
                         "it has %u numbers; it must be from 1 to %d", statuses->len,
                         EXECZ_RETRY_NEVER_MAX);
        return false;
    }
    out->n = statuses->len;
    out->statuses =
        (const int32_t *)(const void *)ez_reading_keep_text(reading, g_array_steal(statuses, NULL));
    return true;
}

/* ---- percent --------------------------------------------------------------------------------- */

/* A decimal number without a sign; NAN if the text is none. */
static double
parse_decimal(const char *text, const char *unit)
{
    size_t length = strspn(text, "0123456789.");
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);

    if (length == 0 || end != text + length || (*end != '\0' && strcmp(end, unit) != 0)) {
        return NAN;
    }
    return number;
}

bool
ez_policy_read_factor(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out)
{
    double factor = parse_decimal(entry->setting.value, "");

    if (!(factor >= 1) || factor > EXECZ_RETRY_FACTOR_MAX / 100.0) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_NUMBER,
                         "'%s' is no factor; write a number from 1 to %d, e.g. 1.5",
                         entry->setting.value, EXECZ_RETRY_FACTOR_MAX / 100);
        return false;
    }
    *out = (uint32_t)(factor * 100 + 0.5);
    return true;
}

bool
ez_policy_read_share(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out)
{
    double share = parse_decimal(entry->setting.value, "%");

    if (!(share >= 0) || share > 100) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_NUMBER,
                         "'%s' is no share; write one from 0%% to 100%%", entry->setting.value);
        return false;
    }
    *out = (uint32_t)(share + 0.5);
    return true;
}
