/* SPDX-License-Identifier: MIT */
/* Schedules over the instants at which clocks are set, against a walk along the wall clock.
 *
 *   stress_edges [--samples=N] [--seed=N]   300 random instants of random zones
 *   stress_edges --all                       every instant of every zone; takes some minutes
 *
 * Each is tried with all shapes of schedule and all policies, the usual one included: next must
 * give what the walk saw, and last and count must agree with it. */
#include "walk.h"

#include "trigger/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#define FIRST_YEAR_BEGIN INT64_C(946684800) /* 2000-01-01T00:00:00Z */
#define LAST_YEAR_END INT64_C(2145916800)   /* 2038-01-01T00:00:00Z */
#define STRIDE (INT64_C(6) * 3600)          /* clocks are not set twice within it */
#define N_POLICIES 10
#define DENSE 200 /* of more fire times than that, last and count are asked at some */

/* What is appended to a shape for each policy; the first is none. */
static const char *const gaps[] = {"run", "skip", "shift"};
static const char *const folds[] = {"first", "second", "both"};

typedef struct survey {
    char **zones;
    GRand *dice;
    ez_trigger *triggers[N_SHAPES][N_POLICIES]; /* in the zone that is looked at */
    walk walk;
    int64_t fires[WALK_LOOKS];
    uint64_t cases, n_fires, instants, faults;
} survey;

/* "Z NAME ..." in tzdata.zi; other names are links to these. */
static char **
list_zones(void)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    GPtrArray *zones = g_ptr_array_new();

    if (!g_file_get_contents("/usr/share/zoneinfo/tzdata.zi", &text, NULL, NULL)) {
        fputs("stress_edges: there is no /usr/share/zoneinfo/tzdata.zi\n", stderr);
        exit(EXIT_FAILURE);
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", 3);

        if (g_strv_length(words) > 1 && strcmp(words[0], "Z") == 0) {
            g_ptr_array_add(zones, g_strdup(words[1]));
        }
    }
    g_ptr_array_add(zones, NULL);
    return (char **)g_ptr_array_free(zones, FALSE);
}

static ez_policy
policy_of(size_t index, const shape *of)
{
    if (index == 0) {
        return of->is_repeated ? EZ_POLICY_REPEATED : EZ_POLICY_FIXED;
    }
    return (ez_policy){(ez_gap)((index - 1) / 3), (ez_fold)((index - 1) % 3)};
}

static char *
text_of(const char *zone, const shape *of, size_t policy)
{
    if (policy == 0) {
        return g_strdup_printf("%s, timezone=%s)", of->text, zone);
    }
    return g_strdup_printf("%s, gap=%s, fold=%s, timezone=%s)", of->text, gaps[(policy - 1) / 3],
                           folds[(policy - 1) % 3], zone);
}

static void
survey_free(survey *self)
{
    for (size_t i = 0; i < N_SHAPES * N_POLICIES; i++) {
        ez_trigger_unref(self->triggers[i / N_POLICIES][i % N_POLICIES]);
    }
    g_strfreev(self->zones);
    g_rand_free(self->dice);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(survey, survey_free)

static void
enter_zone(survey *self, const char *zone)
{
    ez_trigger_defaults defaults = {"UTC", 0};

    g_setenv("TZ", zone, TRUE);
    tzset();
    for (size_t i = 0; i < N_SHAPES * N_POLICIES; i++) {
        ez_trigger **trigger = &self->triggers[i / N_POLICIES][i % N_POLICIES];
        g_autofree char *text = text_of(zone, &shapes[i / N_POLICIES], i % N_POLICIES);
        execz_error err = EXECZ_ERROR_INIT;

        g_clear_pointer(trigger, ez_trigger_unref);
        if (ez_trigger_parse(text, &defaults, trigger, NULL, &err) != EXECZ_OK) {
            fprintf(stderr, "stress_edges: %s: %s\n", text, err.message);
            exit(EXIT_FAILURE);
        }
    }
}

static void
fault(survey *self, const char *zone, size_t form, size_t policy, const char *what,
      int64_t expected, int64_t actual)
{
    g_autofree char *text = text_of(zone, &shapes[form], policy);

    if (self->faults++ < 20) {
        fprintf(stderr, "stress_edges: %s: %s: %" PRId64 " instead of %" PRId64 "\n", text, what,
                actual, expected);
    }
}

static execz_time
last_of(const ez_trigger *trigger, execz_time until)
{
    execz_time time;

    return ez_trigger_last(trigger, until, &time) ? time / EXECZ_SECOND : INT64_MIN;
}

/* What last and count answer around the i-th of n fire times. */
static void
check_around(survey *self, const char *zone, size_t form, size_t policy, size_t i)
{
    const ez_trigger *trigger = self->triggers[form][policy];
    int64_t time = self->fires[i], before = last_of(trigger, time * EXECZ_SECOND - 1);
    execz_time begin = self->walk.begin * EXECZ_SECOND - 1;
    uint64_t n = ez_trigger_count(trigger, begin, time * EXECZ_SECOND, UINT64_MAX);

    if (last_of(trigger, time * EXECZ_SECOND) != time) {
        fault(self, zone, form, policy, "last", time, last_of(trigger, time * EXECZ_SECOND));
    }
    if (i > 0 ? before != self->fires[i - 1] : before >= self->walk.begin) {
        fault(self, zone, form, policy, "last before", i > 0 ? self->fires[i - 1] : 0, before);
    }
    if (n != i + 1) {
        fault(self, zone, form, policy, "count", (int64_t)i + 1, (int64_t)n);
    }
}

static void
check_case(survey *self, const char *zone, size_t form, size_t policy)
{
    const ez_trigger *trigger = self->triggers[form][policy];
    size_t n = walk_fires(&self->walk, policy_of(policy, &shapes[form]), self->fires);
    execz_time end = walk_end(&self->walk) * EXECZ_SECOND;
    execz_time time = self->walk.begin * EXECZ_SECOND - 1;
    uint64_t counted = ez_trigger_count(trigger, time, end - 1, UINT64_MAX);

    for (size_t i = 0; i < n; i++) {
        time = ez_trigger_next(trigger, time);
        if (time != self->fires[i] * EXECZ_SECOND) {
            fault(self, zone, form, policy, "next", self->fires[i], time / EXECZ_SECOND);
            return;
        }
        if (n < DENSE || i % 13 == 0) {
            check_around(self, zone, form, policy, i);
        }
    }
    if (ez_trigger_next(trigger, time) < end) {
        fault(self, zone, form, policy, "next, where there is none", end / EXECZ_SECOND,
              ez_trigger_next(trigger, time) / EXECZ_SECOND);
    }
    if (counted != n) {
        fault(self, zone, form, policy, "count of all", (int64_t)n, (int64_t)counted);
    }
    self->cases++;
    self->n_fires += n;
}

static void
check_instant(survey *self, const char *zone, int64_t utc)
{
    walk_around(&self->walk, utc);
    for (size_t form = 0; form < N_SHAPES; form++) {
        walk_ask(&self->walk, &shapes[form]);
        for (size_t policy = 0; policy < N_POLICIES; policy++) {
            check_case(self, zone, form, policy);
        }
    }
    self->instants++;
}

static long
offset_at(int64_t utc)
{
    time_t time = (time_t)utc;
    struct tm wall;

    localtime_r(&time, &wall);
    return wall.tm_gmtoff;
}

/* The instants at which the clock of TZ is set. */
static GArray *
list_instants(void)
{
    GArray *instants = g_array_new(FALSE, FALSE, sizeof(int64_t));

    for (int64_t utc = FIRST_YEAR_BEGIN; utc < LAST_YEAR_END; utc += STRIDE) {
        int64_t before = utc - STRIDE, behind = utc;

        if (offset_at(before) == offset_at(behind)) {
            continue;
        }
        while (behind - before > 1) {
            int64_t middle = before + (behind - before) / 2;

            *(offset_at(middle) == offset_at(utc) ? &behind : &before) = middle;
        }
        g_array_append_val(instants, behind);
    }
    return instants;
}

/* All instants of a zone, or one of them at random. */
static void
check_zone(survey *self, const char *zone, bool all)
{
    g_autoptr(GArray) instants = NULL;

    enter_zone(self, zone);
    instants = list_instants();
    for (guint i = 0; all && i < instants->len; i++) {
        check_instant(self, zone, g_array_index(instants, int64_t, i));
    }
    if (!all && instants->len > 0) {
        guint i = (guint)g_rand_int_range(self->dice, 0, (gint32)instants->len);

        check_instant(self, zone, g_array_index(instants, int64_t, i));
    }
}

static void
check_all(survey *self)
{
    for (char **zone = self->zones; *zone != NULL; zone++) {
        check_zone(self, *zone, true);
        fprintf(stderr, "\r%-32s", *zone);
    }
    fputc('\n', stderr);
}

static void
check_some(survey *self, int samples)
{
    gint32 n = (gint32)g_strv_length(self->zones);

    while (self->instants < (uint64_t)samples) {
        check_zone(self, self->zones[g_rand_int_range(self->dice, 0, n)], false);
    }
}

int
main(int argc, char **argv)
{
    gboolean all = FALSE;
    gint samples = 300, seed = 1;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &all, "every instant of every zone; takes some minutes",
         NULL},
        {"samples", 0, 0, G_OPTION_ARG_INT, &samples, "how many instants", "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &seed, "which instants", "N"},
        {NULL},
    };
    g_autoptr(GOptionContext) options = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(survey) self = NULL;

    g_option_context_add_main_entries(options, entries, NULL);
    if (!g_option_context_parse(options, &argc, &argv, &error)) {
        fprintf(stderr, "stress_edges: %s\n", error->message);
        return EXIT_FAILURE;
    }
    self = g_new0(survey, 1);
    self->zones = list_zones();
    self->dice = g_rand_new_with_seed((guint32)seed);
    if (all) {
        check_all(self);
    } else {
        check_some(self, samples);
    }
    printf("%" PRIu64 " instants, %" PRIu64 " cases, %" PRIu64 " fire times, seed %d: %" PRIu64
           " faults\n",
           self->instants, self->cases, self->n_fires, seed, self->faults);
    return self->faults == 0 && self->instants > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
