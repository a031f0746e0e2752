/* SPDX-License-Identifier: MIT */
#include "base/index.h"

#include <string.h>

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { N = 2000 };

typedef struct thing {
    char name[16];
    bool kept;
} thing;

static thing things[N];

static const char *
name_of(const void *of)
{
    return ((const thing *)of)->name;
}

static void
fill(ez_index *index)
{
    ez_index_init(index, name_of);
    for (int i = 0; i < N; i++) {
        g_snprintf(things[i].name, sizeof things[i].name, "thing-%d", i);
        things[i].kept = true;
        cr_assert(eq(ptr, ez_index_add(index, &things[i]), NULL));
    }
}

Test(index, finds_what_was_added_and_nothing_else)
{
    ez_index index;

    ez_index_init(&index, name_of);
    cr_expect(eq(ptr, ez_index_find(&index, "thing-0"), NULL));
    cr_expect(eq(ptr, ez_index_remove(&index, "thing-0"), NULL));
    fill(&index);
    for (int i = 0; i < N; i++) {
        cr_expect(eq(ptr, ez_index_find(&index, things[i].name), &things[i]));
    }
    cr_expect(eq(ptr, ez_index_find(&index, "thing-2000"), NULL));
    cr_expect(eq(ptr, ez_index_find(&index, ""), NULL));
    ez_index_deinit(&index);
}

Test(index, of_two_with_one_name_the_first_stays)
{
    thing other = {.name = "thing-7"};
    ez_index index;

    fill(&index);
    cr_expect(eq(ptr, ez_index_add(&index, &other), &things[7]));
    cr_expect(eq(ptr, ez_index_find(&index, "thing-7"), &things[7]));
    cr_expect(eq(sz, index.length, N));
    ez_index_deinit(&index);
}

/* "Az" and "BY" have one hash by Bernstein, and so have the words made of them. */
Test(index, names_of_one_hash_are_told_apart)
{
    static const char *const names[] = {"AzAz", "AzBY", "BYAz", "BYBY"};
    thing alike[4] = {0};
    ez_index index;

    ez_index_init(&index, name_of);
    for (int i = 0; i < 4; i++) {
        g_strlcpy(alike[i].name, names[i], sizeof alike[i].name);
        cr_assert(eq(ptr, ez_index_add(&index, &alike[i]), NULL));
    }
    cr_expect(eq(ptr, ez_index_remove(&index, "AzBY"), &alike[1]));
    cr_expect(eq(ptr, ez_index_find(&index, "AzAz"), &alike[0]));
    cr_expect(eq(ptr, ez_index_find(&index, "AzBY"), NULL));
    cr_expect(eq(ptr, ez_index_find(&index, "BYAz"), &alike[2]));
    cr_expect(eq(ptr, ez_index_find(&index, "BYBY"), &alike[3]));
    ez_index_deinit(&index);
}

Test(index, what_is_left_is_found_whatever_was_taken_out)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    ez_index index;

    fill(&index);
    for (int step = 0; step < 5 * N; step++) {
        thing *one = &things[g_rand_int_range(random, 0, N)];

        if (one->kept) {
            cr_assert(eq(ptr, ez_index_remove(&index, one->name), one));
        } else {
            cr_assert(eq(ptr, ez_index_add(&index, one), NULL));
        }
        one->kept = !one->kept;
    }
    for (int i = 0; i < N; i++) {
        cr_expect(
            eq(ptr, ez_index_find(&index, things[i].name), things[i].kept ? &things[i] : NULL));
    }
    ez_index_deinit(&index);
}

Test(index, a_walk_comes_to_each_once)
{
    size_t at = 0, n = 0;
    ez_index index;
    thing *one;

    fill(&index);
    while ((one = ez_index_next(&index, &at)) != NULL) {
        cr_expect(one->kept);
        one->kept = false;
        n++;
    }
    cr_expect(eq(sz, n, N));
    ez_index_deinit(&index);
}

Test(index, gives_memory_back_when_it_is_nearly_empty)
{
    ez_index index;
    size_t most;

    fill(&index);
    most = index.capacity;
    for (int i = 10; i < N; i++) {
        (void)ez_index_remove(&index, things[i].name);
    }
    cr_expect(lt(sz, index.capacity, most / 8));
    for (int i = 0; i < 10; i++) {
        cr_expect(eq(ptr, ez_index_find(&index, things[i].name), &things[i]));
    }
    ez_index_deinit(&index);
}
