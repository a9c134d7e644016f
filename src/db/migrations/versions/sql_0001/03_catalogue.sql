-- What advertisers offer: brands, products, media, programs and their goals, and the platform's pages.

CREATE SEQUENCE content_page_id_seq AS BIGINT;
CREATE TABLE content_page (
    id BIGINT DEFAULT nextval('content_page_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    status publication_state DEFAULT 'DRAFT' NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_content_page PRIMARY KEY (id),
    CONSTRAINT ck_content_page_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT ck_content_page_slug CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT ck_content_page_published CHECK (status = 'DRAFT' OR published_at IS NOT NULL),
    CONSTRAINT uq_content_page_slug UNIQUE (slug)
);
ALTER SEQUENCE content_page_id_seq OWNED BY content_page.id;
COMMENT ON TABLE content_page IS 'A page of the platform''s own text. Published ones are shown to every user.';
COMMENT ON COLUMN content_page.id IS 'Its number.';
COMMENT ON COLUMN content_page.created_at IS 'When it was created.';
COMMENT ON COLUMN content_page.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN content_page.slug IS 'Its name in addresses.';
COMMENT ON COLUMN content_page.name IS 'Its title.';
COMMENT ON COLUMN content_page.body IS 'Its text, in Markdown.';
COMMENT ON COLUMN content_page.status IS 'Whether it is published.';
COMMENT ON COLUMN content_page.published_at IS 'When it was first published.';

CREATE SEQUENCE brand_id_seq AS BIGINT;
CREATE TABLE brand (
    id BIGINT DEFAULT nextval('brand_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    status catalogue_status DEFAULT 'ENABLED' NOT NULL,
    description TEXT,
    website_url TEXT,
    internal_notes TEXT,
    operator_notes TEXT,
    CONSTRAINT pk_brand PRIMARY KEY (id),
    CONSTRAINT ck_brand_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT uq_brand_id_advertiser_profile_id UNIQUE (id, advertiser_profile_id)
);
ALTER SEQUENCE brand_id_seq OWNED BY brand.id;
CREATE INDEX ix_brand_advertiser_profile_id ON brand (advertiser_profile_id);
COMMENT ON TABLE brand IS 'A brand of an advertiser. Enabled ones are shown to every user (A6).';
COMMENT ON COLUMN brand.id IS 'Its number.';
COMMENT ON COLUMN brand.created_at IS 'When it was created.';
COMMENT ON COLUMN brand.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN brand.advertiser_profile_id IS 'The advertiser it belongs to.';
COMMENT ON COLUMN brand.name IS 'What it is called.';
COMMENT ON COLUMN brand.status IS 'Whether it is shown to everybody.';
COMMENT ON COLUMN brand.description IS 'What it stands for.';
COMMENT ON COLUMN brand.website_url IS 'Its web site.';
COMMENT ON COLUMN brand.internal_notes IS 'Notes of the advertiser''s organization.';
COMMENT ON COLUMN brand.operator_notes IS 'Notes of the platform''s operator.';

CREATE SEQUENCE product_id_seq AS BIGINT;
CREATE TABLE product (
    id BIGINT DEFAULT nextval('product_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    brand_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    status catalogue_status DEFAULT 'ENABLED' NOT NULL,
    description TEXT,
    sku TEXT,
    operator_notes TEXT,
    CONSTRAINT pk_product PRIMARY KEY (id),
    CONSTRAINT ck_product_name CHECK (name = btrim(name) AND name <> '')
);
ALTER SEQUENCE product_id_seq OWNED BY product.id;
CREATE INDEX ix_product_brand_id ON product (brand_id);
COMMENT ON TABLE product IS 'Something a brand sells. Enabled ones are shown to every user (A7).';
COMMENT ON COLUMN product.id IS 'Its number.';
COMMENT ON COLUMN product.created_at IS 'When it was created.';
COMMENT ON COLUMN product.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN product.brand_id IS 'The brand it is sold under.';
COMMENT ON COLUMN product.name IS 'What it is called.';
COMMENT ON COLUMN product.status IS 'Whether it is shown to everybody.';
COMMENT ON COLUMN product.description IS 'What it is.';
COMMENT ON COLUMN product.sku IS 'The advertiser''s own article number.';
COMMENT ON COLUMN product.operator_notes IS 'Notes of the platform''s operator.';

CREATE SEQUENCE program_id_seq AS BIGINT;
CREATE TABLE program (
    id BIGINT DEFAULT nextval('program_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    advertiser_profile_id BIGINT NOT NULL,
    advertiser_org_id BIGINT NOT NULL,
    advertiser_name TEXT NOT NULL,
    brand_id BIGINT,
    name TEXT NOT NULL,
    description TEXT,
    status program_status DEFAULT 'DRAFT' NOT NULL,
    listed BOOLEAN DEFAULT false NOT NULL,
    currency TEXT NOT NULL,
    commission_model commission_model NOT NULL,
    share_sale_amount BOOLEAN DEFAULT false NOT NULL,
    product_line product_line DEFAULT 'PERFORMANCE' NOT NULL,
    default_plan_id BIGINT,
    CONSTRAINT pk_program PRIMARY KEY (id),
    CONSTRAINT ck_program_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT ck_program_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT uq_program_id_advertiser_profile_id_advertiser_org_id UNIQUE (id, advertiser_profile_id, advertiser_org_id)
);
ALTER SEQUENCE program_id_seq OWNED BY program.id;
CREATE INDEX ix_program_advertiser_org ON program (advertiser_org_id);
CREATE INDEX ix_program_advertiser_profile ON program (advertiser_profile_id);
CREATE INDEX ix_program_brand ON program (brand_id);
COMMENT ON TABLE program IS 'What an advertiser offers partners to promote; also called offer or campaign (V1).';
COMMENT ON COLUMN program.id IS 'Its number.';
COMMENT ON COLUMN program.created_at IS 'When it was created.';
COMMENT ON COLUMN program.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN program.advertiser_profile_id IS 'The advertiser whose program it is.';
COMMENT ON COLUMN program.advertiser_org_id IS 'The organization of the advertiser.';
COMMENT ON COLUMN program.advertiser_name IS 'Name of the advertiser, as partners see it.';
COMMENT ON COLUMN program.brand_id IS 'The brand it promotes.';
COMMENT ON COLUMN program.name IS 'What it is called.';
COMMENT ON COLUMN program.description IS 'What partners should know of it.';
COMMENT ON COLUMN program.status IS 'Where it stands in its life cycle.';
COMMENT ON COLUMN program.listed IS 'Whether it is shown in the program marketplace.';
COMMENT ON COLUMN program.currency IS 'ISO 4217 code of the currency its commissions are paid in.';
COMMENT ON COLUMN program.commission_model IS 'Whether the advertiser pays partners itself or through the operator.';
COMMENT ON COLUMN program.share_sale_amount IS 'Whether partners are shown what customers paid.';
COMMENT ON COLUMN program.product_line IS 'The product line it belongs to.';
COMMENT ON COLUMN program.default_plan_id IS 'The commission plan of enrollments that name no other.';

CREATE SEQUENCE media_id_seq AS BIGINT;
CREATE TABLE media (
    id BIGINT DEFAULT nextval('media_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    brand_id BIGINT NOT NULL,
    program_id BIGINT,
    name TEXT NOT NULL,
    kind media_kind NOT NULL,
    status catalogue_status DEFAULT 'ENABLED' NOT NULL,
    url TEXT,
    html TEXT,
    width INTEGER,
    height INTEGER,
    operator_notes TEXT,
    CONSTRAINT pk_media PRIMARY KEY (id),
    CONSTRAINT ck_media_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT ck_media_html CHECK ((kind = 'HTML_BANNER') = (html IS NOT NULL)),
    CONSTRAINT ck_media_url CHECK (kind = 'HTML_BANNER' OR url IS NOT NULL),
    CONSTRAINT ck_media_size CHECK (width > 0 AND height > 0)
);
ALTER SEQUENCE media_id_seq OWNED BY media.id;
CREATE INDEX ix_media_brand_id ON media (brand_id);
CREATE INDEX ix_media_program_id ON media (program_id);
COMMENT ON TABLE media IS 'An image, banner or link that partners place. Enabled ones are shown to every user (A8).';
COMMENT ON COLUMN media.id IS 'Its number.';
COMMENT ON COLUMN media.created_at IS 'When it was created.';
COMMENT ON COLUMN media.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN media.brand_id IS 'The brand it advertises.';
COMMENT ON COLUMN media.program_id IS 'The only program it may be used for; any of the brand''s if none.';
COMMENT ON COLUMN media.name IS 'What it is called.';
COMMENT ON COLUMN media.kind IS 'Image, banner or link.';
COMMENT ON COLUMN media.status IS 'Whether it is shown to everybody.';
COMMENT ON COLUMN media.url IS 'The image, or where the link leads.';
COMMENT ON COLUMN media.html IS 'The banner''s markup.';
COMMENT ON COLUMN media.width IS 'Width in pixels.';
COMMENT ON COLUMN media.height IS 'Height in pixels.';
COMMENT ON COLUMN media.operator_notes IS 'Notes of the platform''s operator.';

CREATE SEQUENCE program_goal_id_seq AS BIGINT;
CREATE TABLE program_goal (
    id BIGINT DEFAULT nextval('program_goal_id_seq') NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    program_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    is_base BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_program_goal PRIMARY KEY (id),
    CONSTRAINT ck_program_goal_name CHECK (name = btrim(name) AND name <> ''),
    CONSTRAINT uq_program_goal_program_id_name UNIQUE (program_id, name),
    CONSTRAINT uq_program_goal_id_program_id UNIQUE (id, program_id)
);
ALTER SEQUENCE program_goal_id_seq OWNED BY program_goal.id;
CREATE UNIQUE INDEX uq_program_goal_base ON program_goal (program_id) WHERE is_base;
COMMENT ON TABLE program_goal IS 'What a customer does that is rewarded, such as a sale or a registration.';
COMMENT ON COLUMN program_goal.id IS 'Its number.';
COMMENT ON COLUMN program_goal.created_at IS 'When it was created.';
COMMENT ON COLUMN program_goal.version IS 'How often the row was changed; a write names the version it read.';
COMMENT ON COLUMN program_goal.program_id IS 'The program it belongs to.';
COMMENT ON COLUMN program_goal.name IS 'What it is called.';
COMMENT ON COLUMN program_goal.description IS 'When it counts as reached.';
COMMENT ON COLUMN program_goal.is_base IS 'Whether it is the program''s main goal; the others count as events.';
