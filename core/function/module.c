/* SPDX-License-Identifier: MIT */
#include "function/module.h"

#include "base/error.h"
#include "base/parse.h"
#include "plugin/elf_note.h"
#include "plugin/libraries.h"
#include "plugin/link.h"

#include <string.h>

#define ENTRY "execz_module_entry"

typedef const execz_module *(*entry_function)(uint32_t host_abi);

struct ez_function_module {
    char *name;            /* owned */
    char *path;            /* owned; NULL: the program's own */
    GHashTable *functions; /* name -> const execz_function, both borrowed for ever */
};

/* ---- functions ---- */

static execz_status
check_function(const char *module, const execz_function *function, execz_error *err)
{
    if (function == NULL || function->size < EXECZ_FUNCTION_SIZE || function->name == NULL ||
        function->name[0] == '\0' || function->call == NULL) {
        return ez_fail_code(err, EXECZ_E_INVAL, "F103",
                            "module '%s' declares an incomplete function; use EXECZ_FUNCTION()",
                            module);
    }
    if (function->kind != EXECZ_TASK_FUNCTION && function->kind != EXECZ_TASK_COROUTINE) {
        return ez_fail_code(err, EXECZ_E_INVAL, "F103",
                            "function '%s:%s' has kind %u; use EXECZ_FUNCTION() or "
                            "EXECZ_COROUTINE()",
                            module, function->name, function->kind);
    }
    return EXECZ_OK;
}

static execz_status
add_functions(ez_function_module *self, const execz_function *const *functions, size_t n,
              execz_error *err)
{
    for (size_t i = 0; i < n; i++) {
        execz_status status = check_function(self->name, functions[i], err);

        if (status != EXECZ_OK) {
            return status;
        }
        if (!g_hash_table_insert(self->functions, (void *)functions[i]->name,
                                 (void *)functions[i])) {
            return ez_fail_code(err, EXECZ_E_INVAL, "F103",
                                "module '%s' has two functions called '%s'; rename one", self->name,
                                functions[i]->name);
        }
    }
    return EXECZ_OK;
}

ez_function_module *
ez_function_module_new(const char *name, const execz_function *const *functions, size_t n,
                       execz_error *err)
{
    g_autoptr(ez_function_module) self = g_new0(ez_function_module, 1);

    self->name = g_strdup(name);
    self->functions = g_hash_table_new(g_str_hash, g_str_equal);
    return add_functions(self, functions, n, err) == EXECZ_OK ? g_steal_pointer(&self) : NULL;
}

void
ez_function_module_free(ez_function_module *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->functions);
        g_free(self->path);
        g_free(self->name);
        g_free(self);
    }
}

const char *
ez_function_module_name(const ez_function_module *self)
{
    return self->name;
}

const char *
ez_function_module_path(const ez_function_module *self)
{
    return self->path;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const execz_function *
ez_function_module_find(const ez_function_module *self, const char *function, execz_error *err)
{
    const execz_function *found = g_hash_table_lookup(self->functions, function);
    g_autofree const char **names = NULL;
    g_autofree char *all = NULL;
    const char *nearest;
    guint n;

    if (found != NULL) {
        return found;
    }
    names = (const char **)g_hash_table_get_keys_as_array(self->functions, &n);
    qsort(names, n, sizeof *names, compare_names);
    nearest = ez_nearest(function, names, n);
    all = g_strjoinv(", ", (char **)names);
    ez_fail_code(err, EXECZ_E_NOT_FOUND, "F102",
                 "module '%s' (%s) has no function '%s'%s%s%s; it has: %s", self->name,
                 self->path != NULL ? self->path : "registered by the program", function,
                 nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                 nearest != NULL ? "\"?" : "", n > 0 ? all : "none");
    return NULL;
}

/* ---- loading ---- */

/* Maps the code for ever and finds its entry; image gives its descriptor up to the mapping.  NULL, with
 * err filled, if the file cannot be loaded or is no function module. */
static entry_function
find_entry(ez_image *image, execz_error *err)
{
    void *library = ez_link_open(image, err);
    entry_function entry = NULL;

    if (library == NULL) {
        return NULL;
    }
    image->fd = -1; /* the loader knows the file by this descriptor's name: it is never closed */
    *(void **)&entry = ez_link_find(library, ENTRY);
    if (entry == NULL && ez_link_find(library, "execz_plugin_entry") != NULL) {
        ez_fail_code(err, EXECZ_E_PLUGIN, "F103",
                     "%s is an executor plugin, not a function module; move it to a plugin "
                     "directory",
                     image->path);
    } else if (entry == NULL) {
        ez_fail_code(err, EXECZ_E_PLUGIN, "F103",
                     "%s is no function module: it does not export " ENTRY
                     "; does it have EXECZ_MODULE(...)?",
                     image->path);
    }
    return entry;
}

/* A file that is not all there, because it is being copied, kills who maps it; and what it brings along
 * must be trusted like the file itself. */
static execz_status
check_file(const ez_image *image, execz_error *err)
{
    g_auto(ez_elf) elf = {0};
    execz_status status = ez_elf_read(image->bytes, image->size, &elf, err);

    if (status == EXECZ_OK) {
        status = ez_libraries_check(image, err);
    }
    if (status != EXECZ_OK) {
        ez_error_prefix(err, "%s: ", image->path);
    }
    return status;
}

static execz_status
check_abi(const char *path, const execz_module *module, execz_error *err)
{
    if (module == NULL) {
        return ez_fail_code(err, EXECZ_E_PLUGIN, "F104",
                            "%s says that it cannot work with ABI " EXECZ_ABI_TEXT " of this execz",
                            path);
    }
    if (module->magic != EXECZ_MODULE_MAGIC) {
        return ez_fail_code(err, EXECZ_E_PLUGIN, "F103",
                            "%s is no function module: it starts with %08x, not %08x", path,
                            module->magic, EXECZ_MODULE_MAGIC);
    }
    if (EXECZ_ABI_MAJOR(module->abi) != EXECZ_ABI_MAJOR(EXECZ_ABI)) {
        return ez_fail_code(err, EXECZ_E_PLUGIN, "F104",
                            "%s is built for ABI %u.%u, this execz has " EXECZ_ABI_TEXT
                            "; build it again with this execz's headers",
                            path, EXECZ_ABI_MAJOR(module->abi), EXECZ_ABI_MINOR(module->abi));
    }
    if (module->needs_abi > EXECZ_ABI) {
        return ez_fail_code(err, EXECZ_E_PLUGIN, "F104",
                            "%s needs ABI %u.%u or later, this execz has " EXECZ_ABI_TEXT
                            "; use a newer execz",
                            path, EXECZ_ABI_MAJOR(module->needs_abi),
                            EXECZ_ABI_MINOR(module->needs_abi));
    }
    return EXECZ_OK;
}

static execz_status
check_module(const char *path, const char *name, const execz_module *module, execz_error *err)
{
    if (module->size < EXECZ_MODULE_SIZE || module->name == NULL ||
        (module->functions == NULL) != (module->functions_end == NULL) ||
        module->functions > module->functions_end) {
        return ez_fail_code(err, EXECZ_E_PLUGIN, "F103",
                            "%s has an incomplete description; use EXECZ_MODULE()", path);
    }
    if (strcmp(module->name, name) != 0) {
        return ez_fail_code(err, EXECZ_E_PLUGIN, "F103",
                            "%s calls itself '%s', but a task names '%s' after its file; rename "
                            "the file to %s.so, or the module",
                            path, module->name, name, module->name);
    }
    return EXECZ_OK;
}

ez_function_module *
ez_function_module_load(ez_image *image, const char *name, execz_error *err)
{
    ez_function_module *self = NULL;
    const char *path = image->path;
    const execz_module *module;
    entry_function entry;

    if (check_file(image, err) != EXECZ_OK) {
        return NULL;
    }
    ez_image_seal(image);
    entry = find_entry(image, err);
    if (entry == NULL) {
        return NULL;
    }
    module = entry(EXECZ_ABI);
    if (check_abi(path, module, err) != EXECZ_OK ||
        check_module(path, name, module, err) != EXECZ_OK) {
        return NULL;
    }
    self = ez_function_module_new(name, module->functions,
                                  (size_t)(module->functions_end - module->functions), err);
    if (self == NULL) {
        ez_error_prefix(err, "%s: ", path);
        return NULL;
    }
    self->path = g_strdup(path);
    return self;
}
