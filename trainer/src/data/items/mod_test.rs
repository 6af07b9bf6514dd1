use proptest::prelude::*;

use super::*;

fn read(files: &[&[u8]]) -> Result<(Vec<ItemRecord>, ReadReport)> {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (i, bytes) in files.iter().enumerate() {
        paths.push(folder.path().join(format!("items-{i}")));
        std::fs::write(&paths[i], bytes).unwrap();
    }
    let mut report = ReadReport::default();
    let catalogue = read_catalogue(&paths, vec![], &mut report, &Progress::new(true))?;
    Ok((catalogue, report))
}

fn attribute<'a>(record: &'a ItemRecord, name: &str) -> &'a [String] {
    record.attributes.get(name).map_or(&[], Vec::as_slice)
}

#[test]
fn our_own_records_come_back_as_they_were_written() {
    let mut record = ItemRecord::bare("a \"b\" <i>🛍</i>");
    record.title = Some("Straps & bands".into());
    record.price = Some(12.5);
    add_values(&mut record, "category", ["Straps", "Straps", "New"]);
    let (catalogue, report) = read(&[serde_json::to_string(&record).unwrap().as_bytes()]).unwrap();
    assert_eq!(catalogue, [record]);
    assert!(report.warnings(true).is_empty());
}

#[test]
fn amazon_metadata_of_both_years_fills_a_record() {
    let (catalogue, report) = read(&[br#"
{"parent_asin":"B1","main_category":"AMAZON FASHION","title":"Shoe","average_rating":4.5,"price":"from 12.99","images":[{"large":"https://i/l.jpg","hi_res":null}],"store":"Acme","categories":["Shoes","Women"],"description":["One.","Two."]}
{"asin":"B2","title":"Hat","price":"$5.00 - $9.00","brand":"Hatter","category":["Hats"],"imageURL":["https://i/h.jpg"],"description":[]}
{"parent_asin":"B3","price":null,"categories":[]}
{"parent_asin":"B4","price":"see cart"}
{"title":"no id"}
"#]).unwrap();
    let [shoe, hat, bare, odd] = &catalogue[..] else {
        panic!("{catalogue:?}")
    };
    assert_eq!(shoe.price, Some(12.99));
    assert_eq!(shoe.rating, Some(4.5));
    assert_eq!(shoe.image.as_deref(), Some("https://i/l.jpg"));
    assert_eq!(shoe.description.as_deref(), Some("One.\nTwo."));
    assert_eq!(
        attribute(shoe, "category"),
        ["AMAZON FASHION", "Shoes", "Women"]
    );
    assert_eq!(attribute(shoe, "brand"), ["Acme"]);
    assert_eq!((hat.price, hat.description.as_deref()), (Some(5.0), None));
    assert_eq!(hat.image.as_deref(), Some("https://i/h.jpg"));
    assert_eq!(*bare, ItemRecord::bare("B3"));
    assert_eq!(*odd, ItemRecord::bare("B4"));
    assert_eq!((report.malformed, report.unreadable_prices), (1, 1));
    assert!(
        report.examples[0].contains(":6: no id"),
        "{:?}",
        report.examples
    );
}

#[test]
fn other_fields_of_our_own_records_are_attributes() {
    let (catalogue, report) = read(&[br#"
{"id":7,"title":"Hat","category":"Hats","colour":["red","blue"],"stock":3,"new":true,"size":null,"attributes":{"category":["New"],"width":4.5,"brand":"Acme"}}
{"id":[7]}
{"id":8,"box":{"width":3}}
{"id":9,"attributes":["red"]}
"#])
    .unwrap();
    let [hat] = &catalogue[..] else {
        panic!("{catalogue:?}")
    };
    assert_eq!((&hat.id[..], hat.title.as_deref()), ("7", Some("Hat")));
    assert_eq!(attribute(hat, "category"), ["New", "Hats"]);
    assert_eq!(attribute(hat, "colour"), ["red", "blue"]);
    for (name, value) in [
        ("stock", "3"),
        ("new", "true"),
        ("width", "4.5"),
        ("brand", "Acme"),
    ] {
        assert_eq!(attribute(hat, name), [value]);
    }
    assert_eq!(hat.attributes.len(), 6);
    assert_eq!(report.malformed, 3);
    let warnings = report.warnings(true).join("\n");
    assert!(
        warnings.contains("`box` is neither text")
            && warnings.contains("`attributes` is not an object"),
        "{warnings}"
    );
}

#[test]
fn prices_of_our_own_records_may_be_text() {
    let (catalogue, report) = read(&[br#"
{"id":"a","price":"from 12.99"}
{"id":"b","price":"see cart"}
{"id":"c","price":-1}
{"id":"d","price":null}
{"id":"e","price":3}
"#])
    .unwrap();
    let prices: Vec<Option<f64>> = catalogue.iter().map(|item| item.price).collect();
    assert_eq!(prices, [Some(12.99), None, None, None, Some(3.0)]);
    assert_eq!((report.malformed, report.unreadable_prices), (0, 2));
    assert!(catalogue.iter().all(|item| item.attributes.is_empty()));
}

#[test]
fn tables_go_by_their_header() {
    let csv = "product_id,Title,categories,average_rating,price,imUrl,colour\n\
        B1,\"A, \"\"quoted\"\"\nname\",\"['X', 'Y']\",4.6,$3,https://i/1.jpg,red\n\
        B2,,,,,,\n\
        B3,too,few\n\
        ,no id,,,,,\n\
        B5,bad,,NaN,,,\n";
    let (catalogue, report) = read(&[csv.as_bytes()]).unwrap();
    assert_eq!(catalogue.len(), 2);
    assert_eq!(catalogue[0].title.as_deref(), Some("A, \"quoted\"\nname"));
    assert_eq!(catalogue[0].price, Some(3.0));
    assert_eq!(attribute(&catalogue[0], "category"), ["X", "Y"]);
    assert_eq!(catalogue[1], ItemRecord::bare("B2"));
    assert_eq!(report.malformed, 3);
    // As interactions call it, unless a column is an id by its name.
    let id = |csv: &str| read(&[csv.as_bytes()]).unwrap().0[0].id.clone();
    assert_eq!(id("title,item\nA,B1\n"), "B1");
    assert_eq!(id("item,id\nA,B1\n"), "B1");
    let error = read(&[b"who,what\n1,2\n"]).unwrap_err().to_string();
    assert!(error.contains("no id column among: who, what"), "{error}");
}

#[test]
fn open_quotes_of_a_table_are_reported() {
    let cut = "id,title\na,A\nb,\"B\nc,C\nd,D\n";
    let (catalogue, report) = read(&[cut.as_bytes()]).unwrap();
    assert_eq!(catalogue.len(), 1);
    assert!(
        report.examples[0].contains("is a quote not closed?"),
        "{:?}",
        report.examples
    );
    let paired = "id,title\na,\"A\nb,B\nc,\"C\"\nd,D\n";
    let (catalogue, report) = read(&[paired.as_bytes()]).unwrap();
    assert_eq!((catalogue.len(), report.lines_like_rows), (2, 2));
}

#[test]
fn the_three_movielens_files_agree() {
    let flags = "0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0";
    let old = format!("1|Caf\u{e9} (1995)|01-Jan-1995||http://imdb/1|{flags}\n");
    let latin: Vec<u8> = old.chars().map(|c| c as u8).collect();
    let csv =
        "movieId,title,genres\n1,Café (1995),Animation|Children's|Comedy\n2,B,(no genres listed)\n";
    let dat = "1::Café (1995)::Animation|Children's|Comedy\n";
    for file in [&latin[..], csv.as_bytes(), dat.as_bytes()] {
        let (catalogue, report) = read(&[file]).unwrap();
        assert_eq!(catalogue[0].title.as_deref(), Some("Café (1995)"));
        assert_eq!(
            attribute(&catalogue[0], "genre"),
            ["Animation", "Children's", "Comedy"]
        );
        assert_eq!(report.malformed, 0);
    }
    let (catalogue, _) = read(&[csv.as_bytes()]).unwrap();
    assert!(catalogue[1].attributes.is_empty());
}

#[test]
fn the_first_record_of_an_id_wins_and_its_gaps_are_filled() {
    let (catalogue, report) = read(&[
        b"id,title,price\nx,First,\n",
        b"id,title,price,brand\nx,Second,9,Acme\n",
    ])
    .unwrap();
    assert_eq!(catalogue.len(), 1);
    assert_eq!(catalogue[0].title.as_deref(), Some("First"));
    assert_eq!(catalogue[0].price, Some(9.0));
    assert_eq!(attribute(&catalogue[0], "brand"), ["Acme"]);
    assert_eq!(report.items_merged, 1);
}

#[test]
fn files_without_a_usable_record_are_errors() {
    for (bytes, expected) in [
        (&b""[..], "is empty"),
        (b"{\"a\":1}\n", "no usable item record"),
        (
            b"id,title\n",
            "no usable item record as a table: it holds a header and no rows",
        ),
    ] {
        let error = read(&[bytes]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_cut_gzip_table_is_an_error_that_names_it() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, b"id,title\n").unwrap();
    for i in 0..100_000u32 {
        let line = format!("{i},{}\n", i.wrapping_mul(2_654_435_761));
        std::io::Write::write_all(&mut encoder, line.as_bytes()).unwrap();
    }
    let packed = encoder.finish().unwrap();
    let error = read(&[&packed[..packed.len() / 2]])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("can't read") && error.contains("items-0"),
        "{error}"
    );
}

#[test]
fn newer_records_win_over_known_ones_whose_values_fill_gaps() {
    let of = |lines: &str| read(&[lines.as_bytes()]).unwrap().0;
    let known = of("id,title,price,url\na,A,5,/a\nb,B,1,/b\n");
    let products = of("id,title,image\nc,C,/c.png\nb,bee,/b.png\n");
    let new = of("id,title,price\nd,D,2\na,,9\n");
    let (renewed, changed) = renewed(known, products, new);
    let expected =
        of("id,title,price,url,image\na,A,9,/a,\nb,B,1,/b,/b.png\nc,C,,,/c.png\nd,D,2,,\n");
    assert_eq!(renewed, expected);
    assert_eq!(changed, 2);
}

proptest! {
    /// Whatever is in a file, reading ends with records that have ids or with an error.
    #[test]
    fn reading_anything_never_panics(
        bytes in prop::collection::vec(prop_oneof![
            any::<u8>(),
            prop::sample::select(b"idtle,price\t\n\r\"{}:;|[]'$.019\\ ".to_vec()),
        ], 0..200),
        header in prop::sample::select(vec![
            "", "id,title,price,categories\n", "id;price\n", "1::a::b|c\n", "{\"asin\":\"a\"}\n",
            "{\"id\":\"a\",\"price\":", "{\"parent_asin\":\"a\",\"price\":\"", "id,price,categories\nx,",
            "1|t|||u|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n",
        ]),
    ) {
        let file = [header.as_bytes(), &bytes].concat();
        if let Ok((catalogue, _)) = read(&[&file]) {
            prop_assert!(!catalogue.is_empty());
            for record in catalogue {
                prop_assert!(!record.id.is_empty());
                prop_assert!(record.price.is_none_or(|price| price.is_finite()));
            }
        }
    }
}
