/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

/* Three digits that count, with k, M or G. */
static void
format_value(double value, char *text, size_t size)
{
    static const char *const prefixes[] = {"", "k", "M", "G"};
    size_t i = 0;
    int decimals;

    while (value >= 999.5 && i < 3) {
        value /= 1000;
        i++;
    }
    decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.0995 || value <= 0 ? 2 : 4;
    (void)snprintf(text, size, "%.*f%s%s", decimals, value, i > 0 ? " " : "", prefixes[i]);
}

static void
print_figures(const bench_figures *figures)
{
    char median[32], min[32], max[32], range[72];

    format_value(figures->median, median, sizeof median);
    format_value(figures->min, min, sizeof min);
    format_value(figures->max, max, sizeof max);
    (void)snprintf(range, sizeof range, "[%s .. %s]", min, max);
    (void)printf(" %9s %-22s", median, range);
}

void
report_head(uint32_t rounds)
{
    (void)printf("Medians of %u rounds in turns, and [the smallest .. the largest]; "
                 "ratio > 1: ours is better\n\n",
                 rounds);
    (void)printf("%-34s %-9s %9s %-22s %-26s %9s %-22s %7s\n", "name", "unit", "ours", "", "peer",
                 "", "", "ratio");
}

void
report_row(const bench_result *result)
{
    const bench_row *row = result->row;

    (void)printf("%-34s %-9s", row->name, row->unit);
    if (result->ours.n == 0) {
        (void)printf(" skipped: %s\n", result->ours.why);
        return;
    }
    print_figures(&result->ours);
    if (row->peer == NULL) {
        (void)printf("\n");
    } else if (result->peer.n == 0) {
        (void)printf(" %-26s skipped: %s\n", row->peer->name, result->peer.why);
    } else {
        (void)printf(" %-26s", row->peer->name);
        print_figures(&result->peer);
        (void)printf(" %7.2f\n", result->ratio);
    }
}

/* Four digits that count are more than the noise. */
static json_t *
number(double value)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%.5g", value);
    return json_real(strtod(text, NULL));
}

static json_t *
range(const bench_figures *figures)
{
    return json_pack("[oo]", number(figures->min), number(figures->max));
}

static void
add_sides(json_t *line, const bench_result *result)
{
    const bench_row *row = result->row;
    bool compared = result->peer.n > 0;

    json_object_set_new(line, "ours", number(result->ours.median));
    json_object_set_new(line, "peer",
                        row->peer == NULL ? json_null() : json_string(row->peer->name));
    json_object_set_new(line, "peer_value", compared ? number(result->peer.median) : json_null());
    json_object_set_new(line, "unit", json_string(row->unit));
    json_object_set_new(line, "better",
                        json_string(row->better == BENCH_HIGHER ? "higher" : "lower"));
    json_object_set_new(line, "rounds", json_integer(result->ours.n));
    json_object_set_new(line, "ours_range", range(&result->ours));
    json_object_set_new(line, "peer_range", compared ? range(&result->peer) : json_null());
    if (row->peer != NULL && !compared) {
        json_object_set_new(line, "note", json_string(result->peer.why));
    }
    json_object_set_new(line, "ratio", result->ratio > 0 ? number(result->ratio) : json_null());
}

void
report_json(const bench_result *result)
{
    json_t *line = json_pack("{s:s}", "name", result->row->name);
    char *text;

    if (result->ours.n == 0) {
        json_object_set_new(line, "skipped", json_string(result->ours.why));
    } else {
        add_sides(line, result);
    }
    text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(6));
    if (text == NULL) {
        bench_die("%s: no JSON for what it measured", result->row->name);
    }
    (void)printf("%s\n", text);
    free(text);
    json_decref(line);
}
