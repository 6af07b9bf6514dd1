use super::*;

fn names(header: &str) -> Vec<String> {
    header.split(',').map(str::to_owned).collect()
}

#[test]
fn common_headers_are_recognised() {
    for (header, expected) in [
        ("userId,movieId,rating,timestamp", (0, 1, Some(2), Some(3))),
        (
            "reviewerID,asin,overall,unixReviewTime",
            (0, 1, Some(2), Some(3)),
        ),
        ("rating,asin,parent_asin,user_id", (3, 2, Some(0), None)),
        (
            "user_id,item_id,reviewerID,asin,unixReviewTime",
            (0, 1, None, Some(4)),
        ),
        ("User ID,Item-ID", (0, 1, None, None)),
    ] {
        let layout = of_header(&names(header), &Columns::default()).unwrap();
        let found = (layout.user, layout.item, layout.rating, layout.time);
        assert_eq!(found, expected, "{header}");
    }
}

#[test]
fn what_may_be_the_time_is_told() {
    let of = |header: &str, asked: &str| {
        let names = names(header);
        let asked: Columns = asked.parse().unwrap();
        let layout = of_header(&names, &asked).unwrap();
        untold_time(&names, &layout, &asked)
    };
    let told = "user=user,item=item";
    for (header, expected) in [
        ("user,item,paid_at", Some(("paid_at", "time=paid_at"))),
        (
            "user,item,deliveryDate",
            Some(("deliveryDate", "time=deliveryDate")),
        ),
        ("user,item,Paid On", Some(("Paid On", "'time=Paid On'"))),
        ("user,item,date=paid", Some(("date=paid", "time=2"))),
        ("user,item,seat,quantity", None),
        ("user,item,paid_at,created_at", None),
    ] {
        let expected =
            expected.map(|(name, option)| (name.to_owned(), format!("--columns {option}")));
        assert_eq!(of(header, told), expected, "{header}");
    }
    assert_eq!(
        of("user,item,paid_at", "user=user,item=item,time=none"),
        None
    );
}

#[test]
fn a_missing_column_lists_those_found_and_the_remedy() {
    let error = of_header(&names("who,what,rating"), &Columns::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("who, what, rating"), "{error}");
    assert!(error.contains("--columns user=who,item=what"), "{error}");
}

#[test]
fn names_that_tell_are_guessed_from() {
    for (header, expected) in [
        (
            "customer_no,sku,qty",
            "if these are the ones, write --columns user=customer_no,item=sku ",
        ),
        (
            "product_name,product_no,Customer No",
            "write --columns 'user=Customer No,item=product_no'",
        ),
        ("client,asin", "write --columns user=client,item=asin"),
        (
            "Customer Name,Article No,Paid On,Price",
            "write --columns 'user=Customer Name,item=Article No,time=Paid On'",
        ),
        (
            "customer_no,sku,timestamp",
            "write --columns user=customer_no,item=sku ",
        ),
        ("qty,user_id", "for example --columns user=user_id,item=qty"),
        ("a", "for example --columns user=a,item=a"),
    ] {
        let error = of_header(&names(header), &Columns::default()).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn asked_columns_go_by_name_before_number() {
    let asked: Columns = "user=1,item=0,rating=none".parse().unwrap();
    let layout = of_header(&names("0,b,rating"), &asked).unwrap();
    assert_eq!((layout.user, layout.item, layout.rating), (1, 0, None));
    let error = of_header(&names("a,b"), &"user=c,item=b".parse().unwrap()).unwrap_err();
    assert!(error.to_string().contains("the columns are: a, b"));
}

#[test]
fn headerless_tables_go_by_number() {
    let layout = of_headerless(3, &Columns::default()).unwrap();
    assert_eq!(layout.describe(None), "user=0, item=1, rating=2");
    for (width, asked, expected) in [
        (3, "user=0,item=3", "numbered from 0"),
        (3, "user=a,item=1", "numbers only"),
        (3, "user=0,item=0", "two roles"),
        (3, "user=0", "must name the item column"),
    ] {
        let error = of_headerless(width, &asked.parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(of_headerless(5, &Columns::default()).is_err());
    assert!(of_headerless(1, &Columns::default()).is_err());
}

/// What a shell makes of the `--columns …` that `message` suggests.
fn suggested(message: &str) -> Columns {
    let (_, option) = message.split_once("--columns ").unwrap();
    let option = match option.strip_prefix('\'') {
        Some(quoted) => quoted.split('\'').next(),
        None => option.split_whitespace().next(),
    };
    option.unwrap().parse().unwrap()
}

#[test]
fn what_is_suggested_works_whatever_columns_are_called() {
    for names in [
        ["Customer, ID", "Article", "ts"],
        ["Customer=ID", "Article", "ts"],
        ["Customer's ID", "Article", "ts"],
        ["Customer ID", "", "ts"],
        ["Customer ID", "none", "ts"],
        ["Customer ID", "Customer ID", "ts"],
    ] {
        let names = names.map(str::to_owned);
        let error = of_header(&names, &Columns::default()).unwrap_err();
        let layout = of_header(&names, &suggested(&error.to_string())).unwrap();
        assert_eq!((layout.user, layout.item, layout.time), (0, 1, Some(2)));
    }
}

#[test]
fn numbers_are_no_header() {
    for (line, expected) in [
        ("1,5", (0, 1, None, None)),
        ("1,5,880606", (0, 1, Some(2), None)),
        ("1,5,3.5,2023-05-01", (0, 1, Some(2), Some(3))),
        ("1,5,3.5,880606,7", (0, 1, Some(2), Some(3))),
    ] {
        let names = names(line);
        let error = of_header(&names, &Columns::default()).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("--no-header"), "{error}");
        let found = of_headerless(names.len(), &suggested(&error)).unwrap();
        let found = (found.user, found.item, found.rating, found.time);
        assert_eq!(found, expected, "{line}");
    }
    for header in ["a,5", "0,1,2", "5"] {
        assert!(!is_data(&names(header)), "{header}");
    }
}
