/* SPDX-License-Identifier: MIT */
#include "scheduler/wish.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(wish, it_outlives_what_it_was_made_of)
{
    char key[] = "max_workers", value[] = "3", owner[] = "executor 'x'", type[] = "pool";
    ez_setting settings[] = {{.key = key, .value = value}};
    ez_options_source source = {
        .owner = owner, .base_dir = "/", .settings = settings, .n_settings = 1};
    ez_wish *self = ez_wish_new(type, &source);

    key[0] = value[0] = owner[0] = type[0] = '?';
    cr_expect(all(eq(str, self->type, (char *)"pool"),
                  eq(str, (char *)self->source.owner, (char *)"executor 'x'"),
                  eq(sz, self->source.n_settings, 1),
                  eq(str, (char *)self->source.settings[0].key, (char *)"max_workers"),
                  eq(str, (char *)self->source.settings[0].value, (char *)"3")));
    ez_wish_free(self);
    ez_wish_free(NULL);
}
