/* SPDX-License-Identifier: MIT */
#include "scheduler/wish.h"

ez_wish *
ez_wish_new(const char *type, const ez_options_source *source)
{
    ez_wish *self = g_new0(ez_wish, 1);
    ez_setting *settings = g_new0(ez_setting, source->n_settings + 1);

    for (size_t i = 0; i < source->n_settings; i++) {
        settings[i] = (ez_setting){.key = g_strdup(source->settings[i].key),
                                   .value = g_strdup(source->settings[i].value)};
    }
    self->type = g_strdup(type);
    self->source = (ez_options_source){.owner = g_strdup(source->owner),
                                       .base_dir = g_strdup(source->base_dir),
                                       .settings = settings,
                                       .n_settings = source->n_settings};
    return self;
}

void
ez_wish_free(ez_wish *self)
{
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < self->source.n_settings; i++) {
        g_free((void *)self->source.settings[i].key);
        g_free((void *)self->source.settings[i].value);
    }
    g_free((void *)self->source.settings);
    g_free((void *)self->source.owner);
    g_free((void *)self->source.base_dir);
    g_free(self->type);
    g_free(self);
}
