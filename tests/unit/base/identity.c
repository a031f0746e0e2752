/* SPDX-License-Identifier: MIT */
#include "base/identity.h"

#include <pthread.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void *
tell(void *unused)
{
    (void)unused;
    return ez_identity();
}

Test(identity, a_thread_has_one_and_two_have_two)
{
    void *other = NULL;
    pthread_t thread;

    cr_assert(pthread_create(&thread, NULL, tell, NULL) == 0);
    pthread_join(thread, &other);
    cr_expect(ez_identity() == tell(NULL));
    cr_expect(other != NULL);
    cr_expect(other != ez_identity());
}
