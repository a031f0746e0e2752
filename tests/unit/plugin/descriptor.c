/* SPDX-License-Identifier: MIT */
#include "plugin/descriptor.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* The file, with its first descriptor to be changed. */
typedef struct opened {
    ez_image *image;
    ez_plugin_file *file;
    execz_plugin *descriptor; /* as it lies in the file: without pointers */
} opened;

static void
opened_deinit(opened *self)
{
    ez_plugin_file_free(self->file);
    ez_image_free(self->image);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(opened, opened_deinit)

static opened
open_plugin(const char *name)
{
    g_autofree char *path = fixture_path(name);
    uint32_t start[2] = {EXECZ_PLUGIN_MAGIC, sizeof(execz_plugin)};
    opened self = {.image = ez_image_open(path, NULL)};

    cr_assert(ne(ptr, self.image, NULL));
    self.file = ez_plugin_file_new_from_image(self.image);
    self.descriptor = memmem(self.image->bytes, self.image->size, start, sizeof start);
    cr_assert(ne(ptr, self.descriptor, NULL));
    return self;
}

static execz_error
check(const opened *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    ez_descriptor_check(self->image, self->file, &err);
    return err;
}

Test(descriptor, one_that_agrees_with_its_note_is_fine)
{
    g_auto(opened) good = open_plugin("good");

    cr_expect(eq(int, check(&good).status, EXECZ_OK), "%s", check(&good).message);
}

Test(descriptor, a_version_that_differs_is_seen_before_any_code_runs)
{
    g_auto(opened) disagrees = open_plugin("disagrees");

    cr_expect(eq(str, check(&disagrees).code, (char *)"P404"));
    cr_expect(eq(str, check(&disagrees).message,
                 (char *)"its descriptor has the version '9.9.9', the note in the file '1.2.3': "
                         "make both the same and build it again"));
}

Test(descriptor, an_abi_that_differs_is_seen)
{
    g_auto(opened) good = open_plugin("good");

    good.descriptor->abi++;
    cr_expect(eq(str, check(&good).message,
                 (char *)"its descriptor has the abi '1.1', the note in the file '1.0': make both "
                         "the same and build it again"));
    good.descriptor->abi--;
    good.descriptor->needs_abi++;
    cr_expect(eq(str, check(&good).code, (char *)"P404"));
}

Test(descriptor, an_id_or_alias_that_differs_is_seen)
{
    g_auto(opened) good = open_plugin("good");

    g_free(good.file->id);
    good.file->id = g_strdup("org.example.other");
    cr_expect(strstr(check(&good).message, "the id 'org.execz.test.good'") != NULL);
    g_free(good.file->id);
    good.file->id = g_strdup("org.execz.test.good");
    g_free(good.file->parts[0].alias_text);
    good.file->parts[0].alias_text = g_strdup("other");
    cr_expect(strstr(check(&good).message, "the alias 'good'") != NULL);
}

Test(descriptor, one_that_cannot_be_found_is_left_to_the_loading)
{
    g_auto(opened) disagrees = open_plugin("disagrees");

    disagrees.descriptor->magic++;
    cr_expect(eq(int, check(&disagrees).status, EXECZ_OK));
}
