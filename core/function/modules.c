/* SPDX-License-Identifier: MIT */
/* Modules are immutable once they are in the tables, and stay until the end: the lock guards only
 * the tables, and what is found under it may be used without.  A module is loaded outside of the
 * lock, for loading runs its constructors; if two threads load the same one, the second finds the
 * first one's and drops its own, which costs nothing as the code is mapped once. */
#include "function/modules.h"

#include "base/error.h"
#include "base/parse.h"
#include "function/directories.h"
#include "function/module.h"

#include <pthread.h>
#include <string.h>

struct ez_modules {
    /* Fixed by ez_modules_new(). */
    ez_directories *directories; /* owned */

    /* Guarded by lock. */
    pthread_rwlock_t lock;
    GPtrArray *all;      /* of ez_function_module, owned */
    GHashTable *by_name; /* registered, or found in a directory */
    GHashTable *by_path;
    GHashTable *refused; /* path, owned -> refusal, owned */
};

/* A file that could not be loaded, in the state it had: it is not mapped again until it changes. */
typedef struct refusal {
    ez_file_key key;
    execz_error err;
} refusal;

ez_modules *
ez_modules_new(const char *const *function_path)
{
    ez_modules *self = g_new0(ez_modules, 1);

    self->directories = ez_directories_new(function_path);
    pthread_rwlock_init(&self->lock, NULL);
    self->all = g_ptr_array_new_with_free_func((GDestroyNotify)ez_function_module_free);
    self->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    self->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    self->refused = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
ez_modules_free(ez_modules *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->refused);
        g_hash_table_unref(self->by_path);
        g_hash_table_unref(self->by_name);
        g_ptr_array_unref(self->all);
        pthread_rwlock_destroy(&self->lock);
        ez_directories_free(self->directories);
        g_free(self);
    }
}

/* ---- names ---- */

static bool
is_module_name(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isalnum(name[i]) && strchr("_-.", name[i]) == NULL) {
            return false;
        }
    }
    return length > 0 && length <= EZ_MODULE_NAME_MAX && name[0] != '.';
}

static execz_status
fail_name(const char *name, execz_error *err)
{
    return ez_fail_code(err, EXECZ_E_INVAL, "F105",
                        "'%s' is no name for a module; use letters, digits, '_', '-' and '.'",
                        name != NULL ? name : "");
}

/* Splits "module:name"; returns the name, which is a part of text, or NULL with err filled. */
static const char *
split(const char *text, char module[static EZ_MODULE_NAME_MAX + 1], execz_error *err)
{
    const char *colon = text != NULL ? strchr(text, ':') : NULL;

    if (colon == NULL || colon[1] == '\0' || strchr(colon + 1, ':') != NULL) {
        ez_fail_code(err, EXECZ_E_INVAL, "F105",
                     "'%s' names no function; write MODULE:FUNCTION, as in greetings:hello",
                     text != NULL ? text : "");
        return NULL;
    }
    if (!is_module_name(text, (size_t)(colon - text))) {
        ez_fail_code(err, EXECZ_E_INVAL, "F105",
                     "'%s': the module before the ':' is the name of a file without its .so, "
                     "not a path; it has letters, digits, '_', '-' and '.', at most %d",
                     text, EZ_MODULE_NAME_MAX);
        return NULL;
    }
    memcpy(module, text, (size_t)(colon - text));
    module[colon - text] = '\0';
    return colon + 1;
}

/* ---- tables ---- */

static ez_function_module *
find(ez_modules *self, GHashTable *table, const char *key)
{
    ez_function_module *module;

    pthread_rwlock_rdlock(&self->lock);
    module = g_hash_table_lookup(table, key);
    pthread_rwlock_unlock(&self->lock);
    return module;
}

/* Adds module to those known by path, unless one of its path is there; returns the one that is. */
static ez_function_module *
insert_locked(ez_modules *self, ez_function_module *module)
{
    ez_function_module *first = g_hash_table_lookup(self->by_path, ez_function_module_path(module));

    if (first != NULL) {
        ez_function_module_free(module);
        return first;
    }
    g_ptr_array_add(self->all, module);
    g_hash_table_insert(self->by_path, (void *)ez_function_module_path(module), module);
    return module;
}

static bool
is_refused(ez_modules *self, const ez_image *image, execz_error *err)
{
    const refusal *known;
    bool same;

    pthread_rwlock_rdlock(&self->lock);
    known = g_hash_table_lookup(self->refused, image->path);
    same = known != NULL && ez_file_key_equal(&known->key, &image->key);
    if (same) {
        ez_fail_code(err, known->err.status, known->err.code, "%s", known->err.message);
    }
    pthread_rwlock_unlock(&self->lock);
    return same;
}

static void
refuse(ez_modules *self, const ez_image *image, const execz_error *why)
{
    refusal *known = g_new0(refusal, 1);

    known->key = image->key;
    known->err = *why;
    pthread_rwlock_wrlock(&self->lock);
    g_hash_table_replace(self->refused, g_strdup(image->path), known);
    pthread_rwlock_unlock(&self->lock);
}

static ez_function_module *
load_image(ez_modules *self, ez_image *image, const char *name, execz_error *err)
{
    execz_error why = EXECZ_ERROR_INIT;
    ez_function_module *module;

    if (is_refused(self, image, err)) {
        return NULL;
    }
    module = ez_function_module_load(image, name, &why);
    if (module == NULL) {
        refuse(self, image, &why);
        ez_fail_code(err, why.status, why.code, "%s", why.message);
        return NULL;
    }
    pthread_rwlock_wrlock(&self->lock);
    module = insert_locked(self, module);
    pthread_rwlock_unlock(&self->lock);
    return module;
}

static ez_function_module *
load(ez_modules *self, const char *path, const char *name, execz_error *err)
{
    ez_function_module *module = find(self, self->by_path, path);
    g_autoptr(ez_image) image = NULL;

    if (module != NULL) {
        return module;
    }
    image = ez_image_open(path, err);
    return image == NULL ? NULL : load_image(self, image, name, err);
}

/* ---- unknown modules ---- */

static void
list_known(ez_modules *self, GPtrArray *names)
{
    GHashTableIter each;
    void *name;

    ez_directories_list(self->directories, names);
    pthread_rwlock_rdlock(&self->lock);
    g_hash_table_iter_init(&each, self->by_name);
    while (g_hash_table_iter_next(&each, &name, NULL)) {
        g_ptr_array_add(names, g_strdup(name));
    }
    pthread_rwlock_unlock(&self->lock);
}

static void
explain_unknown(ez_modules *self, const char *name, execz_error *err)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *searched = ez_directories_describe(self->directories);
    const char *nearest;

    list_known(self, known);
    nearest = ez_nearest(name, (const char *const *)known->pdata, known->len);
    ez_fail_code(err, EXECZ_E_NOT_FOUND, "F101",
                 "no function module '%s'%s%s%s: the program registered none, and %s.so is not in "
                 "%s",
                 name, nearest != NULL ? ", did you mean \"" : "", nearest != NULL ? nearest : "",
                 nearest != NULL ? "\"?" : "", name, searched);
}

static ez_function_module *
get_module(ez_modules *self, const char *name, execz_error *err)
{
    ez_function_module *module = find(self, self->by_name, name);
    g_autofree char *path = NULL;

    if (module != NULL) {
        return module;
    }
    path = ez_directories_find(self->directories, name);
    if (path == NULL) {
        explain_unknown(self, name, err);
        return NULL;
    }
    module = load(self, path, name, err);
    if (module != NULL) {
        pthread_rwlock_wrlock(&self->lock);
        if (g_hash_table_lookup(self->by_name, name) == NULL) {
            g_hash_table_insert(self->by_name, (void *)ez_function_module_name(module), module);
        }
        pthread_rwlock_unlock(&self->lock);
    }
    return module;
}

/* ---- promises ---- */

execz_status
ez_modules_register(ez_modules *self, const char *name, const execz_function *const *functions,
                    size_t n, execz_error *err)
{
    g_autoptr(ez_function_module) module = NULL;
    bool taken;

    if (name == NULL || !is_module_name(name, strlen(name))) {
        return fail_name(name, err);
    }
    module = ez_function_module_new(name, functions, n, err);
    if (module == NULL) {
        return EXECZ_E_INVAL;
    }
    pthread_rwlock_wrlock(&self->lock);
    taken = g_hash_table_lookup(self->by_name, name) != NULL;
    if (!taken) {
        g_hash_table_insert(self->by_name, (void *)ez_function_module_name(module), module);
        g_ptr_array_add(self->all, g_steal_pointer(&module));
    }
    pthread_rwlock_unlock(&self->lock);
    return taken ? ez_fail(err, EXECZ_E_EXISTS, "there is a module '%s' already", name) : EXECZ_OK;
}

const execz_function *
ez_modules_resolve(ez_modules *self, const char *text, execz_error *err)
{
    char name[EZ_MODULE_NAME_MAX + 1];
    const char *function = split(text, name, err);
    ez_function_module *module;

    if (function == NULL) {
        return NULL;
    }
    module = get_module(self, name, err);
    return module != NULL ? ez_function_module_find(module, function, err) : NULL;
}

const execz_function *
ez_modules_resolve_in(ez_modules *self, const char *path, const char *text, execz_error *err)
{
    char name[EZ_MODULE_NAME_MAX + 1];
    const char *function = split(text, name, err);
    ez_function_module *module;

    if (function == NULL) {
        return NULL;
    }
    module = load(self, path, name, err);
    if (module == NULL) {
        return NULL;
    }
    if (strcmp(ez_function_module_name(module), name) != 0) {
        ez_fail_code(err, EXECZ_E_INVAL, "F101", "'%s': the module in %s is '%s'", text, path,
                     ez_function_module_name(module));
        return NULL;
    }
    return ez_function_module_find(module, function, err);
}

execz_status
ez_modules_preload(ez_modules *self, const char *name, execz_error *err)
{
    execz_error why = EXECZ_ERROR_INIT;
    bool loaded;

    if (name == NULL || strchr(name, ':') != NULL) {
        loaded = ez_modules_resolve(self, name, &why) != NULL;
    } else if (!is_module_name(name, strlen(name))) {
        return fail_name(name, err);
    } else {
        loaded = get_module(self, name, &why) != NULL;
    }
    return loaded ? EXECZ_OK : ez_fail_code(err, why.status, why.code, "%s", why.message);
}

const char *
ez_modules_path(ez_modules *self, const char *text)
{
    char name[EZ_MODULE_NAME_MAX + 1];
    ez_function_module *module = NULL;

    if (split(text, name, NULL) != NULL) {
        module = find(self, self->by_name, name);
    }
    return module != NULL ? ez_function_module_path(module) : NULL;
}
