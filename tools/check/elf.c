/* SPDX-License-Identifier: MIT */
#include "elf.h"

#include <link.h>
#include <string.h>

/* The tables that the dynamic section names, as addresses in the file. */
typedef struct tables {
    gsize texts, texts_size;
    gsize symbols;
    gsize hash; /* of GNU; 0: none */
    gsize run_path;
    bool has_run_path;
} tables;

/* The bytes from offset on, if there are so many. */
static const void *
at(const ez_linkage *self, gsize offset, gsize size)
{
    return offset <= self->size && size <= self->size - offset ? self->bytes + offset : NULL;
}

static const ElfW(Phdr) * segment(const ez_linkage *self, gsize index)
{
    const ElfW(Ehdr) *head = at(self, 0, sizeof *head);

    return head == NULL || index >= head->e_phnum || head->e_phentsize != sizeof(ElfW(Phdr))
               ? NULL
               : at(self, head->e_phoff + index * sizeof(ElfW(Phdr)), sizeof(ElfW(Phdr)));
}

/* Where in the file the address is; 0: nowhere. */
static gsize
offset_of(const ez_linkage *self, gsize address)
{
    const ElfW(Phdr) * one;

    for (gsize i = 0; (one = segment(self, i)) != NULL; i++) {
        if (one->p_type == PT_LOAD && address >= one->p_vaddr &&
            address - one->p_vaddr < one->p_filesz) {
            return address - one->p_vaddr + one->p_offset;
        }
    }
    return 0;
}

static const char *
text_at(const ez_linkage *self, const tables *found, gsize index)
{
    const char *text = index < found->texts_size
                           ? at(self, found->texts + index, found->texts_size - index)
                           : NULL;

    return text != NULL && memchr(text, '\0', found->texts_size - index) != NULL ? text : "";
}

/* How many symbols there are: the hash table alone tells. */
static gsize
count_symbols(const ez_linkage *self, const tables *found)
{
    const uint32_t *head = found->hash == 0 ? NULL : at(self, found->hash, 16);
    gsize buckets, chains, most = 0;

    if (head == NULL) {
        return 0;
    }
    buckets = found->hash + 16 + head[2] * sizeof(ElfW(Addr));
    chains = buckets + head[0] * 4u;
    for (gsize i = 0; i < head[0]; i++) {
        const uint32_t *bucket = at(self, buckets + i * 4, 4);

        most = bucket == NULL ? most : MAX(most, *bucket);
    }
    for (const uint32_t *link; most >= head[1]; most++) {
        link = at(self, chains + (most - head[1]) * 4, 4);
        if (link == NULL || (*link & 1) != 0) {
            return most + 1;
        }
    }
    return most;
}

static bool
is_exported(const ElfW(Sym) * symbol)
{
    return symbol->st_shndx != SHN_UNDEF && ELF64_ST_BIND(symbol->st_info) == STB_GLOBAL &&
           ELF64_ST_VISIBILITY(symbol->st_other) == STV_DEFAULT;
}

static void
read_symbols(ez_linkage *self, const tables *found)
{
    gsize n = found->symbols == 0 ? 0 : count_symbols(self, found);

    for (gsize i = 1; i < n; i++) {
        const ElfW(Sym) *symbol = at(self, found->symbols + i * sizeof *symbol, sizeof *symbol);

        if (symbol == NULL) {
            return;
        }
        if (is_exported(symbol)) {
            g_ptr_array_add(self->exported, (char *)text_at(self, found, symbol->st_name));
        }
    }
}

static void
read_entry(ez_linkage *self, const ElfW(Dyn) * entry, tables *found)
{
    gsize value = entry->d_un.d_val;

    switch (entry->d_tag) {
    case DT_STRTAB:
        found->texts = offset_of(self, value);
        break;
    case DT_STRSZ:
        found->texts_size = value;
        break;
    case DT_SYMTAB:
        found->symbols = offset_of(self, value);
        break;
    case DT_GNU_HASH:
        found->hash = offset_of(self, value);
        break;
    case DT_RPATH:
    case DT_RUNPATH:
        found->run_path = value;
        found->has_run_path = true;
        break;
    case DT_TEXTREL:
        self->relocates_text = true;
        break;
    case DT_BIND_NOW:
        self->binds_now = true;
        break;
    case DT_FLAGS:
        self->relocates_text |= (value & DF_TEXTREL) != 0;
        self->static_tls |= (value & DF_STATIC_TLS) != 0;
        self->binds_now |= (value & DF_BIND_NOW) != 0;
        break;
    case DT_FLAGS_1:
        self->binds_now |= (value & DF_1_NOW) != 0;
        break;
    default:
        break;
    }
}

static void
read_dynamic(ez_linkage *self, const ElfW(Phdr) * dynamic)
{
    tables found = {0};
    const ElfW(Dyn) * entry;
    gsize n = 0;

    while ((entry = at(self, dynamic->p_offset + n * sizeof *entry, sizeof *entry)) != NULL &&
           entry->d_tag != DT_NULL) {
        read_entry(self, entry, &found);
        n++;
    }
    if (found.texts > self->size || found.texts_size > self->size - found.texts) {
        return;
    }
    for (gsize i = 0; i < n; i++) {
        entry = at(self, dynamic->p_offset + i * sizeof *entry, sizeof *entry);
        if (entry->d_tag == DT_NEEDED) {
            g_ptr_array_add(self->needed, (char *)text_at(self, &found, entry->d_un.d_val));
        }
    }
    self->run_path = found.has_run_path ? text_at(self, &found, found.run_path) : NULL;
    read_symbols(self, &found);
}

bool
ez_linkage_read(ez_linkage *self, const char *path)
{
    const ElfW(Phdr) * one;

    *self = (ez_linkage){.stack_can_run = true};
    self->needed = g_ptr_array_new();
    self->exported = g_ptr_array_new();
    if (!g_file_get_contents(path, &self->bytes, &self->size, NULL)) {
        return false;
    }
    for (gsize i = 0; (one = segment(self, i)) != NULL; i++) {
        if (one->p_type == PT_GNU_STACK) {
            self->stack_can_run = (one->p_flags & PF_X) != 0;
        } else if (one->p_type == PT_GNU_RELRO) {
            self->has_relro = true;
        } else if (one->p_type == PT_DYNAMIC) {
            read_dynamic(self, one);
        }
    }
    return self->exported->len > 0;
}

void
ez_linkage_clear(ez_linkage *self)
{
    g_ptr_array_unref(self->needed);
    g_ptr_array_unref(self->exported);
    g_free(self->bytes);
}
