/* SPDX-License-Identifier: MIT */
#include <pthread.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static int unguarded;

static void *
count(void *nothing)
{
    for (int i = 0; i < 1000; i++) {
        unguarded++;
    }
    return nothing;
}

Test(proof, passes_but_races)
{
    pthread_t one, two;

    cr_assert(pthread_create(&one, NULL, count, NULL) == 0);
    cr_assert(pthread_create(&two, NULL, count, NULL) == 0);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    cr_expect(unguarded > 0);
}
