/* SPDX-License-Identifier: MIT */
#include "function/kin.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Censuses of processes that there may be; the trees' own processes have been reaped. */
static ez_census census;
static ez_tree one = {.pid = 10, .pidfd = -1, .began = 100, .pipe = 7, .mark = "one"};
static ez_tree two = {.pid = 20, .pidfd = -1, .began = 100, .pipe = 8, .mark = "two"};
static GPtrArray *members[2];

static void
setup(void)
{
    census.processes = g_array_new(FALSE, FALSE, sizeof(ez_census_process));
    census.texts = g_string_chunk_new(64);
    members[0] = g_ptr_array_new();
    members[1] = g_ptr_array_new();
}

static void
teardown(void)
{
    ez_census_deinit(&census);
    g_ptr_array_unref(members[0]);
    g_ptr_array_unref(members[1]);
}

TestSuite(kin, .init = setup, .fini = teardown);

/* By rising pid. */
static void
there_is(ez_census_process process)
{
    process.began = process.began != 0 ? process.began : 100;
    g_array_append_val(census.processes, process);
}

/* The numbers of the members of both trees, as "11 12|21". */
static char *
gathered(void)
{
    static const ez_tree *const trees[] = {&one, &two};
    GString *text = g_string_new(NULL);

    ez_kin_gather(&census, trees, members, 2);
    for (int i = 0; i < 2; i++) {
        g_string_append(text, i == 0 ? "" : "|");
        for (guint j = 0; j < members[i]->len; j++) {
            g_string_append_printf(text, j == 0 ? "%d" : " %d",
                                   (int)((ez_census_process *)members[i]->pdata[j])->pid);
        }
    }
    return g_string_free(text, FALSE);
}

static void
expect_gathered(const char *wanted)
{
    g_autofree char *text = gathered();

    cr_expect(eq(str, text, (char *)wanted));
}

Test(kin, each_tree_has_its_own)
{
    there_is((ez_census_process){.pid = 11, .mark = "one"});
    there_is((ez_census_process){.pid = 12, .mark = "three"});
    there_is((ez_census_process){.pid = 13, .mark = "two"});
    there_is((ez_census_process){.pid = 14, .pipes = {0, 7}});
    there_is((ez_census_process){.pid = 15, .pipes = {8, 0}});
    there_is((ez_census_process){.pid = 16});
    expect_gathered("11 14|13 15");
}

Test(kin, a_mark_within_a_mark_counts)
{
    there_is((ez_census_process){.pid = 11, .mark = "one/inner/most"});
    there_is((ez_census_process){.pid = 12, .mark = "oneself"});
    there_is((ez_census_process){.pid = 13, .mark = "zero/one"});
    expect_gathered("11|");
}

Test(kin, one_can_be_of_two)
{
    there_is((ez_census_process){.pid = 11, .mark = "one", .pipes = {8, 7}});
    there_is((ez_census_process){.pid = 12, .parent = 11});
    expect_gathered("11 12|11 12");
}

Test(kin, two_hunts_after_one_tree_find_the_same)
{
    two = one;
    there_is((ez_census_process){.pid = 11, .mark = "one"});
    there_is((ez_census_process){.pid = 12, .parent = 11});
    there_is((ez_census_process){.pid = 13, .pipes = {0, 7}});
    expect_gathered("11 13 12|11 13 12");
}

Test(kin, children_count_though_their_numbers_are_lower)
{
    there_is((ez_census_process){.pid = 11, .parent = 12});
    there_is((ez_census_process){.pid = 12, .parent = 13});
    there_is((ez_census_process){.pid = 13, .mark = "two"});
    expect_gathered("|13 12 11");
}

Test(kin, who_began_before_the_command_does_not)
{
    there_is((ez_census_process){.pid = 11, .mark = "one", .began = 99});
    expect_gathered("|");
}

Test(kin, numbers_that_were_reaped_belong_to_nobody)
{
    there_is((ez_census_process){.pid = 10, .group = 10, .session = 10});
    expect_gathered("|");
}

Test(kin, who_was_found_once_stays_though_the_parent_is_gone)
{
    ez_census_process orphan;

    there_is((ez_census_process){.pid = 11, .mark = "one"});
    there_is((ez_census_process){.pid = 12, .parent = 11});
    expect_gathered("11 12|");
    orphan = g_array_index(census.processes, ez_census_process, 1);
    orphan.parent = 1;
    g_array_set_size(census.processes, 0);
    g_ptr_array_set_size(members[0], 0);
    there_is(orphan);
    expect_gathered("12|");
}
