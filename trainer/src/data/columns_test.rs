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
        untold_time(&names, &layout, &asked).map(str::to_owned)
    };
    let told = "user=user,item=item";
    for (header, expected) in [
        ("user,item,paid_at", Some("paid_at")),
        ("user,item,deliveryDate", Some("deliveryDate")),
        ("user,item,Paid On", Some("Paid On")),
        ("user,item,seat,quantity", None),
        ("user,item,paid_at,created_at", None),
    ] {
        assert_eq!(of(header, told).as_deref(), expected, "{header}");
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
