/* SPDX-License-Identifier: MIT */
#include "plugin/file.h"

#include "base/error.h"
#include "plugin/codes.h"
#include "plugin/descriptor.h"
#include "plugin/elf_note.h"
#include "plugin/libraries.h"
#include "plugin/manifest.h"
#include "plugin/options.h"

#include <string.h>

execz_status
ez_plugin_check_abi(uint32_t abi, uint32_t needs_abi, execz_error *err)
{
    uint32_t major = EXECZ_ABI_MAJOR(abi);

    if (major != EXECZ_ABI_MAJOR(EXECZ_ABI)) {
        return ez_plugin_fail(err, EZ_P_ABI_MAJOR,
                              "built for plugin ABI %u.%u, this execz speaks %s: "
                              "rebuild it against this execz%s",
                              major, EXECZ_ABI_MINOR(abi), EXECZ_ABI_TEXT,
                              major > EXECZ_ABI_MAJOR(EXECZ_ABI) ? ", or upgrade execz" : "");
    }
    if (EXECZ_ABI_MAJOR(needs_abi) != major || needs_abi > EXECZ_ABI) {
        return ez_plugin_fail(err, EZ_P_ABI_MINOR,
                              "built for plugin ABI %u.%u and needs %u.%u or later, this execz "
                              "speaks %s: upgrade execz, or rebuild it against this execz",
                              major, EXECZ_ABI_MINOR(abi), EXECZ_ABI_MAJOR(needs_abi),
                              EXECZ_ABI_MINOR(needs_abi), EXECZ_ABI_TEXT);
    }
    return EXECZ_OK;
}

/* A file that has only the fixed functions is named after itself and says nothing more. */
static execz_status
describe_plain(ez_plugin_file *self, execz_error *err)
{
    g_auto(GStrv) aliases = ez_manifest_aliases(self->stem);

    if (aliases == NULL || aliases[1] != NULL) {
        return ez_plugin_fail(err, EZ_P_BAD_MANIFEST,
                              "its alias would be its file name, which may only have letters, "
                              "digits, '_', '-' and '.'; rename the file");
    }
    self->plain = true;
    self->id = g_strdup(self->stem);
    self->version = g_strdup("");
    self->parts = g_new0(ez_plugin_part, 1);
    self->n_parts = 1;
    self->parts[0] = (ez_plugin_part){
        .alias_text = g_strdup(self->stem),
        .aliases = g_steal_pointer(&aliases),
        .kind = g_strdup(EXECZ_KIND_EXECUTOR),
        .summary = g_strdup(""),
        .caps = EXECZ_CAP_BODIES,
    };
    return EXECZ_OK;
}

static execz_status
check_options(const ez_plugin_file *self, execz_error *err)
{
    execz_status status = EXECZ_OK;

    for (uint32_t i = 0; i < self->n_parts && status == EXECZ_OK; i++) {
        const ez_plugin_part *part = &self->parts[i];

        status = ez_options_check_schema(part->options.option, part->options.n, err);
        if (status == EXECZ_OK) {
            status = ez_options_check_schema(part->task_options.option, part->task_options.n, err);
        }
    }
    return status;
}

static execz_status
describe_noted(ez_plugin_file *self, const ez_elf *elf, execz_error *err)
{
    execz_status status = ez_manifest_read(elf->notes, self, err);

    if (self->id != NULL) { /* the ABI explains why a newer file may look wrong in other ways */
        execz_status abi = ez_plugin_check_abi(self->abi, self->needs_abi, err);

        status = abi == EXECZ_OK ? status : abi;
    }
    if (status != EXECZ_OK) {
        return status;
    }
    if (self->n_parts == 0) {
        return ez_plugin_fail(err, EZ_P_NO_NOTE,
                              "it has execz notes but no manifest; write one with EXECZ_NOTE()");
    }
    if (elf->has_symbols && !elf->has_entry) {
        return ez_plugin_fail(err, EZ_P_NO_ENTRY,
                              "it does not define execz_plugin_entry(); "
                              "define it and export it with EXECZ_EXPORT");
    }
    return check_options(self, err);
}

/* What is wrong with it beside what it says. */
static execz_status
check_image(const ez_plugin_file *self, const ez_image *image, execz_error *err)
{
    execz_status status = self->plain ? EXECZ_OK : ez_descriptor_check(image, self, err);

    return status == EXECZ_OK ? ez_libraries_check(image, err) : status;
}

static execz_status
describe(ez_plugin_file *self, const ez_image *image, execz_error *err)
{
    g_auto(ez_elf) elf = {0};
    execz_status status = ez_elf_read(image->bytes, image->size, &elf, err);

    if (status != EXECZ_OK) {
        return status;
    }
    if (elf.notes->len == 0 && !elf.has_plain) {
        return ez_plugin_fail(err, EZ_P_NO_NOTE,
                              "it has no execz note, so it is no execz plugin; "
                              "a plugin has EXECZ_NOTE(), or exports execz_abi and "
                              "execz_executor_start, _shutdown and _send_task");
    }
    status = elf.notes->len == 0 ? describe_plain(self, err) : describe_noted(self, &elf, err);
    return status == EXECZ_OK ? check_image(self, image, err) : status;
}

static ez_plugin_file *
new_named(const char *path)
{
    ez_plugin_file *self = g_new0(ez_plugin_file, 1);

    self->refusal = (execz_error)EXECZ_ERROR_INIT;
    self->path = g_strdup(path);
    self->stem = g_path_get_basename(path);
    if (g_str_has_suffix(self->stem, ".so")) {
        self->stem[strlen(self->stem) - strlen(".so")] = '\0';
    }
    return self;
}

ez_plugin_file *
ez_plugin_file_new_from_image(const ez_image *image)
{
    ez_plugin_file *self = new_named(image->path);

    self->key = image->key;
    if (describe(self, image, &self->refusal) != EXECZ_OK) {
        ez_error_prefix(&self->refusal, "%s: ", image->path);
    }
    return self;
}

ez_plugin_file *
ez_plugin_file_new(const char *path)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_image) image = ez_image_open(path, &err);
    ez_plugin_file *self;

    if (image != NULL) {
        return ez_plugin_file_new_from_image(image);
    }
    self = new_named(path);
    self->refusal = err;
    return self;
}

static void
clear_table(ez_option_table *table)
{
    g_free(table->option);
    g_free(table->bytes);
}

void
ez_plugin_file_free(ez_plugin_file *self)
{
    if (self == NULL) {
        return;
    }
    for (uint32_t i = 0; i < self->n_parts; i++) {
        ez_plugin_part *part = &self->parts[i];

        g_free(part->alias_text);
        g_strfreev(part->aliases);
        g_free(part->kind);
        g_free(part->summary);
        clear_table(&part->options);
        clear_table(&part->task_options);
    }
    g_free(self->parts);
    g_free(self->id);
    g_free(self->version);
    g_free(self->path);
    g_free(self->stem);
    g_free(self);
}

const ez_plugin_part *
ez_plugin_file_part(const ez_plugin_file *self, const char *alias)
{
    for (uint32_t i = 0; i < self->n_parts; i++) {
        const ez_plugin_part *part = &self->parts[i];

        if (part->aliases != NULL && g_strv_contains((const char *const *)part->aliases, alias)) {
            return part;
        }
    }
    return NULL;
}
